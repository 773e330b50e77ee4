namespace Storefront.Delivery;

public sealed record DeliveryQuote(string Carrier, decimal Price);

public interface ICarrier
{
    string Name { get; }

    /// <summary>What the carrier asks for that many pieces, or null when it does not take them.</summary>
    ValueTask<decimal?> QuoteAsync(int pieces, CancellationToken cancellation);
}
