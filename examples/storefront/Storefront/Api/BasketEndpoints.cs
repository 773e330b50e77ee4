using Storefront.Delivery;
using Storefront.Goods;
using Storefront.Sessions;

namespace Storefront.Api;

public static class BasketEndpoints
{
    private const int MostPieces = 500;

    public static void MapBasket(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder basket = routes.MapGroup("/basket").RequireSession();
        basket.MapGet("", (HttpContext context) => new BasketAnswer(context.SignedIn().Basket.Lines));
        basket.MapPut("/{sku}", Put);
        basket.MapGet("/delivery", async (HttpContext context, DeliveryDesk desk) =>
            await desk.FindAsync(context.SignedIn().Basket.Pieces, context.RequestAborted));
    }

    private static IResult Put(string sku, QuantityRequest request, ProductCatalogue catalogue, HttpContext context)
    {
        if (catalogue.Find(sku) is not { } product)
            return Results.NotFound(new ErrorAnswer($"There is no product {sku}."));
        if (request.Quantity is < 0 or > MostPieces)
            return Results.BadRequest(new ErrorAnswer($"A line has 0 to {MostPieces} pieces."));

        context.SignedIn().Basket.Put(product, request.Quantity);
        return Results.Ok(new BasketAnswer(context.SignedIn().Basket.Lines));
    }
}
