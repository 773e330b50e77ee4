using Pricing.Carts;

namespace Pricing.Rules;

/// <summary>One step from the list price of a cart to what the customer pays.</summary>
public interface IPriceRule
{
    string Name { get; }

    /// <summary>Rules are applied in ascending order.</summary>
    int Priority { get; }

    bool AppliesTo(Cart cart);

    /// <param name="basis">The price that percentages are taken of.</param>
    void Apply(PriceSheet sheet, decimal basis);
}
