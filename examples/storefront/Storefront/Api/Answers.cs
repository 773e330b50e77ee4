using System.Text.Json.Serialization;
using Storefront.Goods;
using Storefront.Orders;

namespace Storefront.Api;

/// <summary>A product as customers see it: whether there is any, not how many.</summary>
public sealed record ProductAnswer(string Sku, string Title, decimal Price, [property: JsonIgnore] int Stock)
{
    public bool Available => Stock >= 0;

    public static ProductAnswer Of(Product product) => new(product.Sku, product.Title, product.Price, product.Stock);
}

public sealed record BasketAnswer(IReadOnlyList<OrderLine> Lines)
{
    public int Pieces => Lines.Sum(line => line.Quantity);

    public decimal Total => Lines.Sum(line => line.Price);
}

public sealed record OrderAnswer(int Id, string Address, IReadOnlyList<OrderLine> Lines, string Carrier, decimal Total)
{
    public static OrderAnswer Of(Order order) => new(order.Id, order.Address, order.Lines, order.Delivery.Carrier, order.Total);
}

public sealed record SessionAnswer(string Session);

public sealed record ErrorAnswer(string Error);

public sealed record StatsAnswer(int Sessions, int Orders, long Requests, long Refused, int ProcessId, DateTimeOffset StartedAt);

public sealed record HealthAnswer(string Status);
