using System.Collections.Concurrent;
using Pricing.Api;
using Pricing.Common;
using Pricing.Rules;

namespace Pricing.Orders;

/// <summary>All orders since the process was started. There is no data base behind it: a restart loses them.</summary>
public sealed class OrderStore
{
    private readonly ConcurrentDictionary<int, Order> _orders = new();
    private int _lastId;

    public int Count => _orders.Count;

    public Order Add(IReadOnlyList<LineRequest> lines, Quote quote)
    {
        var order = new Order(Interlocked.Increment(ref _lastId), lines, quote);
        _orders[order.Id] = order;
        return order;
    }

    public Result<Order> Find(int id) =>
        _orders.TryGetValue(id, out Order? order) ? Result<Order>.Success(order) : Result<Order>.Failure($"There is no order {id}.");
}
