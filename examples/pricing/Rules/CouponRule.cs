using Pricing.Carts;

namespace Pricing.Rules;

public sealed class CouponRule : IPriceRule
{
    public string Name => "coupon";

    public int Priority => 10;

    public bool AppliesTo(Cart cart) => cart.Coupon is not null;

    public void Apply(PriceSheet sheet, decimal basis)
    {
        Coupon coupon = sheet.Cart.Coupon!;
        if (sheet.ListPrice >= coupon.MinimumSpend)
            sheet.TakeOff(Name, coupon.Reduction(basis));
    }
}
