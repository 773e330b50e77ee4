using Pricing.Catalog;
using Pricing.Rules;

namespace Pricing.Carts;

public enum CustomerTier
{
    Basic,
    Silver,
    Gold,
}

public sealed record CartLine(Product Product, int Quantity)
{
    public decimal ListPrice => Product.Price * Quantity;
}

/// <summary>What a customer wants to buy, with everything looked up that pricing needs.</summary>
public sealed record Cart(CustomerTier Tier, Coupon? Coupon, IReadOnlyList<CartLine> Lines)
{
    public decimal ListPrice => Lines.Sum(line => line.ListPrice);
}
