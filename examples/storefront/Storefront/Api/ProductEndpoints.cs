using Storefront.Goods;
using Storefront.Offers;

namespace Storefront.Api;

public static class ProductEndpoints
{
    public static void MapProducts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/products", (ProductCatalogue catalogue) => catalogue.All.Select(ProductAnswer.Of));
        routes.MapGet("/products/{sku}", (string sku, ProductCatalogue catalogue) =>
            catalogue.Find(sku) is { } product
                ? Results.Ok(ProductAnswer.Of(product))
                : Results.NotFound(new ErrorAnswer($"There is no product {sku}.")));
        routes.MapGet("/offers", (OfferBoard board) => board.Offers);
    }
}
