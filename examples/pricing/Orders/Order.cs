using Pricing.Api;
using Pricing.Rules;

namespace Pricing.Orders;

public sealed record Order(int Id, IReadOnlyList<LineRequest> Lines, Quote Quote);
