using Microsoft.AspNetCore.Http.HttpResults;
using Pricing.Carts;
using Pricing.Common;
using Pricing.Orders;

namespace Pricing.Api;

public static class OrderEndpoints
{
    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/orders", PlaceAsync);
        routes.MapGet("/orders/{id:int}", Find);
    }

    private static async Task<Results<Created<OrderResponse>, BadRequest<ErrorResponse>>> PlaceAsync(
        CartRequest request, OrderDesk desk, CancellationToken cancellation)
    {
        try
        {
            Order order = await desk.PlaceAsync(request, cancellation);
            return TypedResults.Created($"/orders/{order.Id}", Describe(order));
        }
        catch (CartException problem)
        {
            return TypedResults.BadRequest(new ErrorResponse(problem.Message));
        }
    }

    private static Results<Ok<OrderResponse>, NotFound<ErrorResponse>> Find(int id, OrderStore store)
    {
        Result<Order> found = store.Find(id);
        return found.Succeeded
            ? TypedResults.Ok(Describe(found.Value))
            : TypedResults.NotFound(new ErrorResponse(found.Error));
    }

    private static OrderResponse Describe(Order order) =>
        new(order.Id, order.Lines.Count, order.Quote.Total, order.Quote.Adjustments);
}
