using Pricing.Carts;

namespace Pricing.Rules;

/// <summary>Customers who buy a lot over the year pay less.</summary>
public sealed class TierDiscountRule : IPriceRule
{
    public string Name => "tier";

    public int Priority => 30;

    public bool AppliesTo(Cart cart) => cart.Tier != CustomerTier.Basic;

    public void Apply(PriceSheet sheet, decimal basis)
    {
        decimal rate = sheet.Cart.Tier switch
        {
            CustomerTier.Silver => 0.03m,
            CustomerTier.Gold => 0.08m,
            _ => throw new CartException($"There is no customer tier {sheet.Cart.Tier}."),
        };
        sheet.TakeOff(Name, basis * rate);
    }
}
