using Pricing.Api;
using Pricing.Carts;
using Pricing.Rules;

namespace Pricing.Orders;

/// <summary>Takes orders: reads the cart, prices it and keeps it at that price.</summary>
public sealed class OrderDesk(CartReader reader, PricingEngine engine, OrderStore store, ILogger<OrderDesk> log)
{
    private const decimal WorthANote = 1000m;

    public async Task<Order> PlaceAsync(CartRequest request, CancellationToken cancellation)
    {
        Cart cart = await reader.ReadAsync(request, cancellation);
        Order order = store.Add(request.Lines, engine.Price(cart));

        if (order.Quote.Total >= WorthANote)
            log.LogInformation("Order {Id} over {Total}", order.Id, order.Quote.Total);
        return order;
    }
}
