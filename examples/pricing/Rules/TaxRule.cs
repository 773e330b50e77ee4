using Pricing.Carts;
using Pricing.Catalog;

namespace Pricing.Rules;

/// <summary>Tax on what is left after all discounts, spread over the tax categories as the lines are.</summary>
public sealed class TaxRule : IPriceRule
{
    private readonly Dictionary<TaxCategory, decimal> _rates = new()
    {
        [TaxCategory.Standard] = 0.25m,
        [TaxCategory.Food] = 0.12m,
        [TaxCategory.Books] = 0.06m,
    };

    public string Name => "tax";

    public int Priority => 40;

    public bool AppliesTo(Cart cart) => true;

    public void Apply(PriceSheet sheet, decimal basis)
    {
        foreach (IGrouping<TaxCategory, CartLine> group in sheet.Cart.Lines.GroupBy(line => line.Product.Tax))
        {
            decimal listPrice = group.Sum(line => line.ListPrice);
            decimal share = sheet.ListPrice == 0m ? 0m : listPrice / sheet.ListPrice;
            sheet.Tax += sheet.NetPrice * share * _rates[group.Key];
        }
    }
}
