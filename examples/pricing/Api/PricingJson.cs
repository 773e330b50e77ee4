using System.Text.Json.Serialization;
using Pricing.Rules;

namespace Pricing.Api;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CartRequest))]
[JsonSerializable(typeof(Quote))]
[JsonSerializable(typeof(OrderResponse))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(StatsResponse))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(CollectionsResponse))]
public sealed partial class PricingJson : JsonSerializerContext;
