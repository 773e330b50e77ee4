namespace Pricing.Rules;

/// <summary>A reduction that a customer brings along.</summary>
/// <param name="Percent">Share of the price that is taken off, in percent.</param>
/// <param name="Amount">Amount that is taken off.</param>
/// <param name="MinimumSpend">Price from which on the coupon is good.</param>
public sealed record Coupon(string Code, decimal Percent, decimal Amount, decimal MinimumSpend)
{
    public decimal Reduction(decimal price) => price * Percent / 100m + Amount;
}
