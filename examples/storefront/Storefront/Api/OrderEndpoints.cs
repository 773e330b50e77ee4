using Storefront.Orders;
using Storefront.Sessions;

namespace Storefront.Api;

public static class OrderEndpoints
{
    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder orders = routes.MapGroup("/orders").RequireSession();
        orders.MapPost("", PlaceAsync);
        orders.MapGet("/{id:int}", (int id, OrderBook book, HttpContext context) =>
        {
            Order? order = book.Find(id);
            return order is not null
                ? Results.Ok(OrderAnswer.Of(order))
                : Results.NotFound(new ErrorAnswer($"There is no order {id}."));
        });
    }

    private static async Task<IResult> PlaceAsync(OrderRequest request, OrderDesk desk, HttpContext context)
    {
        Session session = context.SignedIn();
        if (string.IsNullOrWhiteSpace(request.Address))
            return Results.BadRequest(new ErrorAnswer("Where shall it be sent?"));
        if (session.Basket.Pieces == 0)
            return Results.BadRequest(new ErrorAnswer("The basket is empty."));

        Order order = await desk.PlaceAsync(session, request.Address, context.RequestAborted);
        return Results.Created($"/orders/{order.Id}", OrderAnswer.Of(order));
    }
}
