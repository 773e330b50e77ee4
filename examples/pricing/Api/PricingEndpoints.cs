using Microsoft.AspNetCore.Http.HttpResults;
using Pricing.Carts;
using Pricing.Rules;

namespace Pricing.Api;

public static class PricingEndpoints
{
    public static void MapPricing(this IEndpointRouteBuilder routes) => routes.MapPost("/carts/price", PriceAsync);

    private static async Task<Results<Ok<Quote>, BadRequest<ErrorResponse>>> PriceAsync(
        CartRequest request, CartReader reader, PricingEngine engine, CancellationToken cancellation)
    {
        try
        {
            Cart cart = await reader.ReadAsync(request, cancellation);
            return TypedResults.Ok(engine.Price(cart));
        }
        catch (CartException problem)
        {
            return TypedResults.BadRequest(new ErrorResponse(problem.Message));
        }
    }
}
