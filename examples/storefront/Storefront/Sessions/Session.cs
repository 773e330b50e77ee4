using Storefront.Baskets;

namespace Storefront.Sessions;

/// <summary>One customer's visit.</summary>
public sealed class Session(string token, string customer)
{
    public string Token { get; } = token;

    public string Customer { get; } = customer;

    public Basket Basket { get; } = new();
}
