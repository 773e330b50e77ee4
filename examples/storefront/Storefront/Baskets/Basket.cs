using Storefront.Goods;
using Storefront.Orders;

namespace Storefront.Baskets;

/// <summary>What a customer has put aside, in the order of putting it there.</summary>
public sealed class Basket
{
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, Entry> _entries = [];

    public IReadOnlyList<OrderLine> Lines
    {
        get
        {
            lock (_gate)
                return _entries.Values.Select(entry => entry.ToLine()).ToArray();
        }
    }

    public int Pieces
    {
        get
        {
            lock (_gate)
                return _entries.Values.Sum(entry => entry.Quantity);
        }
    }

    public void Put(Product product, int quantity)
    {
        lock (_gate)
        {
            if (quantity == 0)
                _entries.Remove(product.Sku);
            else
                _entries[product.Sku] = new Entry(product, quantity);
        }
    }

    /// <summary>Takes everything out.</summary>
    public IReadOnlyList<OrderLine> Empty()
    {
        lock (_gate)
        {
            OrderLine[] lines = _entries.Values.Select(entry => entry.ToLine()).ToArray();
            _entries.Clear();
            return lines;
        }
    }

    private readonly record struct Entry(Product Product, int Quantity)
    {
        public OrderLine ToLine() => new(Product.Sku, Quantity, PriceList.LinePrice(Product, Quantity));
    }
}
