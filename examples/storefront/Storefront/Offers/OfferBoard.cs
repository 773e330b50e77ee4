namespace Storefront.Offers;

public sealed record Offer(string Sku, string Title, decimal Price);

/// <summary>The offers that are shown at present.</summary>
public sealed class OfferBoard
{
    private volatile Offer[] _offers = [];

    public IReadOnlyList<Offer> Offers => _offers;

    public void Show(IEnumerable<Offer> offers) => _offers = offers.ToArray();
}
