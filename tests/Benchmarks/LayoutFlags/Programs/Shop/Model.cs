namespace Shop;

public enum OrderState { New, Paid, Packed, Shipped, Delivered, Cancelled }

public enum CustomerTier { Basic, Silver, Gold, Platinum }

public readonly record struct Money(decimal Amount, string Currency)
{
    public static Money Zero(string currency) => new(0m, currency);

    public static Money operator +(Money left, Money right) => left.Currency == right.Currency
        ? new(left.Amount + right.Amount, left.Currency)
        : throw new InvalidOperationException($"{left.Currency} is not {right.Currency}");

    public static Money operator *(Money money, decimal factor) => new(decimal.Round(money.Amount * factor, 2), money.Currency);
}

public sealed record Address(string Street, string City, string Country)
{
    public bool IsDomestic => Country == "SE";
}

public sealed record Customer(int Id, string Name, string Email, CustomerTier Tier, Address Address);

public sealed record Product(string Sku, string Title, Money Price, double WeightKg, string[] Tags);

public sealed record OrderLine(Product Product, int Quantity)
{
    public Money Total => Product.Price * Quantity;
}

public sealed class OrderStateChanged(Order order, OrderState from, OrderState to) : EventArgs
{
    public Order Order { get; } = order;
    public OrderState From { get; } = from;
    public OrderState To { get; } = to;
}

public sealed class Order(int id, Customer customer, DateTime created)
{
    private readonly List<OrderLine> _lines = [];

    public event EventHandler<OrderStateChanged>? StateChanged;

    public int Id { get; } = id;
    public Customer Customer { get; } = customer;
    public DateTime Created { get; } = created;
    public OrderState State { get; private set; }
    public IReadOnlyList<OrderLine> Lines => _lines;

    public void Add(Product product, int quantity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(quantity);
        int index = _lines.FindIndex(line => line.Product.Sku == product.Sku);
        if (index >= 0)
            _lines[index] = _lines[index] with { Quantity = _lines[index].Quantity + quantity };
        else
            _lines.Add(new OrderLine(product, quantity));
    }

    public Money Subtotal() => _lines.Aggregate(Money.Zero("SEK"), (sum, line) => sum + line.Total);

    public double Weight() => _lines.Sum(line => line.Product.WeightKg * line.Quantity);

    public bool TryTransition(OrderState next)
    {
        bool allowed = (State, next) switch
        {
            (OrderState.New, OrderState.Paid) => true,
            (OrderState.Paid, OrderState.Packed) => true,
            (OrderState.Packed, OrderState.Shipped) => true,
            (OrderState.Shipped, OrderState.Delivered) => true,
            (OrderState.New or OrderState.Paid, OrderState.Cancelled) => true,
            _ => false,
        };
        if (!allowed)
            return false;
        OrderState from = State;
        State = next;
        StateChanged?.Invoke(this, new OrderStateChanged(this, from, next));
        return true;
    }
}
