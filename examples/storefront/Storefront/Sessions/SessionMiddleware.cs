namespace Storefront.Sessions;

/// <summary>Finds the session that a request's token names.</summary>
public sealed class SessionMiddleware(RequestDelegate next, SessionStore sessions)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        string? header = context.Request.Headers.Authorization;
        if (header is not null && header.StartsWith(Scheme, StringComparison.Ordinal) && sessions.Find(header[Scheme.Length..]) is { } session)
            context.Features.Set(session);
        return next(context);
    }
}
