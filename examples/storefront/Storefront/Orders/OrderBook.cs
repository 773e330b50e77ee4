using System.Collections.Concurrent;
using Storefront.Delivery;

namespace Storefront.Orders;

/// <summary>All orders since the process was started.</summary>
public sealed class OrderBook
{
    private readonly ConcurrentDictionary<int, Order> _orders = new();
    private int _lastId;

    public int Count => _orders.Count;

    public Order Add(string customer, string address, IReadOnlyList<OrderLine> lines, DeliveryQuote delivery)
    {
        var order = new Order(Interlocked.Increment(ref _lastId), customer, address, lines, delivery);
        _orders[order.Id] = order;
        return order;
    }

    public Order? Find(int id) => _orders.GetValueOrDefault(id);
}
