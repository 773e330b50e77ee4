using Storefront.Delivery;

namespace Storefront.Orders;

public sealed record OrderLine(string Sku, int Quantity, decimal Price);

public sealed record Order(int Id, string Customer, string Address, IReadOnlyList<OrderLine> Lines, DeliveryQuote Delivery)
{
    public decimal Total => Lines.Sum(line => line.Price) + Delivery.Price;
}
