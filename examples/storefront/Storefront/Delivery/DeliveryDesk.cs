namespace Storefront.Delivery;

/// <summary>Asks all carriers and chooses one.</summary>
public sealed class DeliveryDesk(IEnumerable<ICarrier> carriers)
{
    public async Task<DeliveryQuote> FindAsync(int pieces, CancellationToken cancellation)
    {
        DeliveryQuote? best = null;
        foreach (ICarrier carrier in carriers)
        {
            decimal? price = await carrier.QuoteAsync(pieces, cancellation);
            if (price is { } asked && asked > (best?.Price ?? 0m))
                best = new DeliveryQuote(carrier.Name, asked);
        }
        return best ?? throw new InvalidOperationException($"Nobody delivers {pieces} pieces.");
    }
}
