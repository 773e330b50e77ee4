using Storefront.Customers;
using Storefront.Sessions;

namespace Storefront.Api;

public static class SessionEndpoints
{
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sessions", (SignInRequest request, CustomerRegister customers, SessionStore sessions) =>
            customers.Knows(request.Customer, request.Password)
                ? Results.Ok(new SessionAnswer(sessions.Open(request.Customer).Token))
                : Results.Json(new ErrorAnswer("Customer or password is wrong."), statusCode: StatusCodes.Status401Unauthorized));
        routes.MapDelete("/sessions", (HttpContext context, SessionStore sessions) =>
        {
            sessions.Close(context.SignedIn());
            return Results.NoContent();
        }).RequireSession();
    }
}
