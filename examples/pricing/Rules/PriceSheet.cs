using Pricing.Carts;

namespace Pricing.Rules;

public sealed record Adjustment(string Rule, decimal Amount);

/// <summary>The calculation of one cart's price, as far as it has come.</summary>
public sealed class PriceSheet(Cart cart)
{
    private readonly List<Adjustment> _adjustments = [];

    public Cart Cart { get; } = cart;

    public decimal ListPrice { get; } = cart.ListPrice;

    public decimal Discount { get; private set; }

    public decimal Tax { get; set; }

    public decimal Total { get; set; }

    public decimal NetPrice => ListPrice - Discount;

    public IReadOnlyList<Adjustment> Adjustments => _adjustments;

    public void TakeOff(string rule, decimal amount)
    {
        Discount += amount;
        _adjustments.Add(new Adjustment(rule, -amount));
    }
}
