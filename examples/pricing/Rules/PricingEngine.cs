using Pricing.Carts;

namespace Pricing.Rules;

/// <summary>Prices a cart by applying every rule that has something to say about it.</summary>
public sealed class PricingEngine(IEnumerable<IPriceRule> rules)
{
    private readonly IPriceRule[] _rules = rules.ToArray();

    public Quote Price(Cart cart)
    {
        var sheet = new PriceSheet(cart);
        foreach (IPriceRule rule in _rules.Where(rule => rule.AppliesTo(cart)).OrderBy(rule => rule.Priority))
            rule.Apply(sheet, sheet.ListPrice);

        return new Quote(sheet.ListPrice, sheet.Discount, sheet.Tax, sheet.Total, sheet.Adjustments);
    }
}
