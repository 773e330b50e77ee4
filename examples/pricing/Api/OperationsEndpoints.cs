using Pricing.Catalog;
using Pricing.Orders;

namespace Pricing.Api;

public static class OperationsEndpoints
{
    private static readonly DateTimeOffset s_startedAt = DateTimeOffset.UtcNow;

    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", () => TypedResults.Ok(new HealthResponse("ok")));
        routes.MapGet("/stats", (OrderStore orders, IProductCatalog catalog) =>
            TypedResults.Ok(new StatsResponse(orders.Count, catalog.CacheHits, Environment.ProcessId, s_startedAt)));
    }

    /// <summary>Only for tests: lets them force the garbage collector to run.</summary>
    public static void MapDebugging(this IEndpointRouteBuilder routes) => routes.MapPost("/debug/collect", () =>
    {
        GC.Collect();
        return TypedResults.Ok(new CollectionsResponse(GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)));
    });
}
