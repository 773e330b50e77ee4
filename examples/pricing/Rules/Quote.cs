namespace Pricing.Rules;

public sealed record Quote(decimal ListPrice, decimal Discount, decimal Tax, decimal Total, IReadOnlyList<Adjustment> Adjustments);
