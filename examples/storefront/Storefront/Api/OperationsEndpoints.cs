using Storefront.Orders;
using Storefront.Sessions;

namespace Storefront.Api;

public static class OperationsEndpoints
{
    public static void MapOperations(this IEndpointRouteBuilder routes, TrafficCounter traffic)
    {
        DateTimeOffset startedAt = DateTimeOffset.UtcNow;
        routes.MapGet("/health", () => new HealthAnswer("ok"));
        routes.MapGet("/stats", (SessionStore sessions, OrderBook orders) =>
            new StatsAnswer(sessions.Count, orders.Count, traffic.Requests, traffic.Refused, Environment.ProcessId, startedAt));
    }
}
