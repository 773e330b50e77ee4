using Pricing.Api;
using Pricing.Catalog;
using Pricing.Rules;

namespace Pricing.Carts;

/// <summary>Checks what a customer sent and looks up the products and the coupon in it.</summary>
public sealed class CartReader(IProductCatalog catalog, ICouponBook coupons)
{
    private const int MostLines = 100;

    public async Task<Cart> ReadAsync(CartRequest request, CancellationToken cancellation)
    {
        Check(request);

        var lines = new List<CartLine>(request.Lines.Count);
        foreach (LineRequest line in request.Lines)
        {
            Product product = await catalog.FindAsync(line.Sku, cancellation)
                ?? throw new UnknownProductException(line.Sku);
            lines.Add(new CartLine(product, line.Quantity));
        }
        return new Cart(request.Tier, FindCoupon(request.Coupon), lines);
    }

    private static void Check(CartRequest request)
    {
        if (request.Lines is not { Count: > 0 })
            throw new CartException("The cart is empty.");
        if (request.Lines.Count > MostLines)
            throw new CartException($"A cart has at most {MostLines} lines.");

        foreach (LineRequest line in request.Lines)
        {
            if (string.IsNullOrWhiteSpace(line.Sku))
                throw new CartException("A line has no product number.");
        }
    }

    private Coupon? FindCoupon(string? code)
    {
        if (string.IsNullOrEmpty(code))
            return null;

        return coupons.Find(code).Match(
            coupon => coupon,
            error => throw new CartException(error));
    }
}
