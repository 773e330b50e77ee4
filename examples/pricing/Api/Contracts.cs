using Pricing.Carts;
using Pricing.Rules;

namespace Pricing.Api;

public sealed record LineRequest(string Sku, int Quantity);

public sealed record CartRequest(CustomerTier Tier, string? Coupon, IReadOnlyList<LineRequest> Lines);

public sealed record OrderResponse(int Id, int Lines, decimal Total, IReadOnlyList<Adjustment> Adjustments);

public sealed record ErrorResponse(string Error);

public sealed record StatsResponse(int Orders, long CacheHits, int ProcessId, DateTimeOffset StartedAt);

public sealed record HealthResponse(string Status);

public sealed record CollectionsResponse(int Gen0, int Gen1, int Gen2);
