using Pricing.Carts;

namespace Pricing.Rules;

/// <summary>Brings tax and total to whole cents. Comes last.</summary>
public sealed class RoundingRule : IPriceRule
{
    public string Name => "rounding";

    public int Priority => 100;

    public bool AppliesTo(Cart cart) => true;

    public void Apply(PriceSheet sheet, decimal basis)
    {
        sheet.Tax = decimal.Round(sheet.Tax, 2);
        sheet.Total = decimal.Round(sheet.NetPrice, 2) + sheet.Tax;
    }
}
