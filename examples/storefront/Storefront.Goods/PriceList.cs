namespace Storefront.Goods;

/// <summary>What a number of pieces of a product costs.</summary>
public static class PriceList
{
    public static decimal LinePrice(Product product, int quantity) =>
        WithoutPercent(product.Price * quantity, BulkDiscount.PercentFor(quantity));

    public static decimal OfferPrice(Product product) => WithoutPercent(product.Price, product.ReducedPercent);

    private static decimal WithoutPercent(decimal price, decimal percent) =>
        decimal.Round(price * (100m - percent) / 100m, 2, MidpointRounding.AwayFromZero);
}
