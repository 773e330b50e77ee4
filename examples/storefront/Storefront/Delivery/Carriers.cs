namespace Storefront.Delivery;

// They stand for the web services of the carriers: every question takes a while.

public sealed class ParcelPost : ICarrier
{
    private const int MostPieces = 20;

    public string Name => "Parcel Post";

    public async ValueTask<decimal?> QuoteAsync(int pieces, CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(1), cancellation);
        return pieces <= MostPieces ? 3.90m + 0.25m * pieces : null;
    }
}

public sealed class CityCourier : ICarrier
{
    private const int MostPieces = 5;

    public string Name => "City Courier";

    public async ValueTask<decimal?> QuoteAsync(int pieces, CancellationToken cancellation)
    {
        await Task.Yield();
        return pieces <= MostPieces ? 9.50m : null;
    }
}

public sealed class FreightLine : ICarrier
{
    public string Name => "Freight Line";

    public ValueTask<decimal?> QuoteAsync(int pieces, CancellationToken cancellation) => new(24m + 0.10m * pieces);
}
