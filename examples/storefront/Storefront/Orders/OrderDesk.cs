using Storefront.Delivery;
using Storefront.Sessions;

namespace Storefront.Orders;

/// <summary>Takes orders: finds who delivers, and turns the basket into an order.</summary>
public sealed class OrderDesk(DeliveryDesk delivery, OrderBook book, ILogger<OrderDesk> log)
{
    public async Task<Order> PlaceAsync(Session session, string address, CancellationToken cancellation)
    {
        DeliveryQuote quote = await delivery.FindAsync(session.Basket.Pieces, cancellation);
        Order order = book.Add(session.Customer, address, session.Basket.Empty(), quote);
        log.LogInformation("Order {Id}: {Total} by {Carrier}", order.Id, order.Total, quote.Carrier);
        return order;
    }
}
