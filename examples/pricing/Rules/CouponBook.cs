using Pricing.Common;

namespace Pricing.Rules;

public interface ICouponBook
{
    Result<Coupon> Find(string code);
}

public sealed class CouponBook : ICouponBook
{
    private readonly Coupon[] _coupons =
    [
        new("WELCOME5", Percent: 0m, Amount: 5m, MinimumSpend: 0m),
        new("SPRING10", Percent: 10m, Amount: 0m, MinimumSpend: 20m),
        new("BIG40", Percent: 0m, Amount: 40m, MinimumSpend: 100m),
    ];

    public Result<Coupon> Find(string code)
    {
        Coupon? coupon = _coupons.FirstOrDefault(coupon => string.Equals(coupon.Code, code, StringComparison.OrdinalIgnoreCase));
        return coupon is null ? Result<Coupon>.Failure($"There is no coupon {code}.") : Result<Coupon>.Success(coupon);
    }
}
