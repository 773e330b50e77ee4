using Storefront.Api;

namespace Storefront.Sessions;

public static class SessionExtensions
{
    /// <summary>The session of a request that needs one.</summary>
    public static Session SignedIn(this HttpContext context) =>
        context.Features.Get<Session>() ?? throw new InvalidOperationException("The request has no session.");

    /// <summary>Answers requests without a session with 401.</summary>
    public static T RequireSession<T>(this T endpoints) where T : IEndpointConventionBuilder =>
        endpoints.AddEndpointFilter(async (call, next) =>
            call.HttpContext.Features.Get<Session>() is null
                ? Results.Json(new ErrorAnswer("Sign in first."), statusCode: StatusCodes.Status401Unauthorized)
                : await next(call));
}
