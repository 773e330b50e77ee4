using Pricing.Carts;

namespace Pricing.Rules;

/// <summary>Lines of ten pieces and more are cheaper, lines of fifty and more still cheaper.</summary>
public sealed class QuantityDiscountRule : IPriceRule
{
    public string Name => "quantity";

    public int Priority => 20;

    public bool AppliesTo(Cart cart) => cart.Lines.Any(line => Rate(line) > 0m);

    public void Apply(PriceSheet sheet, decimal basis)
    {
        decimal amount = sheet.Cart.Lines.Sum(line => line.ListPrice * Rate(line));
        sheet.TakeOff(Name, amount);
    }

    private static decimal Rate(CartLine line) => line.Quantity switch
    {
        >= 50 => 0.10m,
        >= 10 => 0.05m,
        _ => 0m,
    };
}
