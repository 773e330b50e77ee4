using System.Collections.Concurrent;

namespace Shop;

public interface IRepository<TKey, T> where TKey : notnull
{
    T? Find(TKey key);
    void Put(TKey key, T value);
    IEnumerable<T> All();
}

public class MemoryRepository<TKey, T> : IRepository<TKey, T> where TKey : notnull
{
    private readonly Dictionary<TKey, T> _items = [];
    private readonly object _gate = new();

    public virtual T? Find(TKey key)
    {
        lock (_gate)
            return _items.GetValueOrDefault(key);
    }

    public virtual void Put(TKey key, T value)
    {
        lock (_gate)
            _items[key] = value;
    }

    public IEnumerable<T> All()
    {
        lock (_gate)
            return _items.Values.ToArray();
    }
}

public sealed class AuditedRepository<TKey, T>(IAuditLog log) : MemoryRepository<TKey, T> where TKey : notnull
{
    public override void Put(TKey key, T value)
    {
        log.Write("put", $"{typeof(T).Name}:{key}");
        base.Put(key, value);
    }
}

public interface IAuditLog
{
    int Count { get; }
    void Write(string operation, string what);
}

public sealed class AuditLog : IAuditLog
{
    private readonly Queue<string> _latest = new();
    private int _sequence;

    public int Count => _sequence;

    public void Write(string operation, string what)
    {
        lock (_latest)
        {
            _latest.Enqueue($"{++_sequence:D4} {operation} {what}");
            if (_latest.Count > 100)
                _latest.Dequeue();
        }
    }
}

public abstract class DiscountRule
{
    public abstract string Name { get; }
    public virtual int Priority => 100;
    public abstract decimal Factor(Order order);
    public virtual bool Applies(Order order) => order.Lines.Count > 0;
    public virtual string Explain(Order order) => $"{Name}: x{Factor(order)}";
}

public sealed class TierDiscount : DiscountRule
{
    public override string Name => "tier";
    public override int Priority => 10;
    public override decimal Factor(Order order) => order.Customer.Tier switch
    {
        CustomerTier.Basic => 1.00m,
        CustomerTier.Silver => 0.98m,
        CustomerTier.Gold => 0.95m,
        _ => 0.90m,
    };
}

public class BulkDiscount(int threshold) : DiscountRule
{
    public override string Name => "bulk";
    public override decimal Factor(Order order) => order.Lines.Sum(line => line.Quantity) >= threshold ? 0.93m : 1m;
    public override bool Applies(Order order) => base.Applies(order) && order.Customer.Tier != CustomerTier.Basic;
}

public class SeasonDiscount : DiscountRule
{
    private static readonly Dictionary<int, decimal> s_months = new() { [1] = 0.9m, [7] = 0.85m, [12] = 0.97m };

    public override string Name => "season";
    public override int Priority => 50;
    public override decimal Factor(Order order) => s_months.GetValueOrDefault(order.Created.Month, 1m);
}

public sealed class PriceEngine(params DiscountRule[] rules)
{
    private static readonly string[] s_taxFree = ["book", "gift"];
    private readonly List<DiscountRule> _rules = [.. rules.OrderBy(rule => rule.Priority)];

    public Money Price(Order order)
    {
        Money sum = order.Subtotal();
        foreach (DiscountRule rule in _rules)
        {
            if (rule.Applies(order))
                sum *= rule.Factor(order);
        }
        return sum + Shipping(order);
    }

    public decimal Vat(Order order) =>
        order.Lines.Where(line => !line.Product.Tags.Any(tag => s_taxFree.Contains(tag))).Sum(line => line.Total.Amount) * 0.25m;

    public IEnumerable<string> Explain(Order order)
    {
        foreach (DiscountRule rule in _rules)
            yield return rule.Applies(order) ? rule.Explain(order) : $"{rule.Name}: n/a";
    }

    private static Money Shipping(Order order)
    {
        double weight = order.Weight();
        decimal cost = weight switch { < 0.5 => 19m, < 2 => 49m, < 10 => 99m, _ => 199m };
        if (!order.Customer.Address.IsDomestic)
            cost *= 2;
        if (order.Customer.Tier >= CustomerTier.Gold && weight < 10)
            cost = 0;
        return new Money(cost, "SEK");
    }
}

public sealed class Inventory
{
    private readonly ConcurrentDictionary<string, int> _stock = new();
    private readonly List<Func<string, int, bool>> _guards = [];

    public void Stock(string sku, int quantity) => _stock.AddOrUpdate(sku, quantity, (_, old) => old + quantity);

    public int Level(string sku) => _stock.GetValueOrDefault(sku);

    public void AddGuard(int minimum) => _guards.Add((sku, quantity) => Level(sku) - quantity >= minimum);

    public bool Reserve(Order order)
    {
        foreach (OrderLine line in order.Lines)
        {
            foreach (Func<string, int, bool> guard in _guards)
            {
                if (!guard(line.Product.Sku, line.Quantity))
                    return false;
            }
        }
        foreach (OrderLine line in order.Lines)
            _stock[line.Product.Sku] = Level(line.Product.Sku) - line.Quantity;
        return true;
    }
}

public sealed class PaymentException(string message) : Exception(message);

public interface IPaymentGateway
{
    Task<string> ChargeAsync(Customer customer, Money money);
}

public sealed class FakeGateway : IPaymentGateway
{
    private int _last;

    public async Task<string> ChargeAsync(Customer customer, Money money)
    {
        await Task.CompletedTask;
        if (money.Amount > 20_000m)
            throw new PaymentException("limit exceeded");
        return $"ch_{customer.Id}_{++_last:x8}";
    }
}

public sealed class OrderService(
    IRepository<int, Order> orders, IRepository<int, Customer> customers, PriceEngine prices, Inventory inventory, IPaymentGateway gateway, IAuditLog log)
{
    private int _nextId;

    public Order Create(int customerId, IEnumerable<(Product Product, int Quantity)> items)
    {
        Customer customer = customers.Find(customerId) ?? throw new KeyNotFoundException($"customer {customerId}");
        var order = new Order(++_nextId % 500, customer, new DateTime(2025, 1 + _nextId % 12, 1));
        order.StateChanged += (_, change) => log.Write("state", $"{change.Order.Id} {change.From}->{change.To}");
        foreach ((Product product, int quantity) in items)
            order.Add(product, quantity);
        orders.Put(order.Id, order);
        return order;
    }

    public async Task<string> CheckoutAsync(int id)
    {
        Order order = orders.Find(id) ?? throw new KeyNotFoundException($"order {id}");
        if (!inventory.Reserve(order))
            return "out of stock";
        Money price = prices.Price(order);
        try
        {
            string charge = await gateway.ChargeAsync(order.Customer, price);
            order.TryTransition(OrderState.Paid);
            return charge;
        }
        catch (PaymentException problem)
        {
            log.Write("payment", problem.Message);
            order.TryTransition(OrderState.Cancelled);
            return problem.Message;
        }
    }

    public Dictionary<string, decimal> TotalsByCustomer() =>
        orders.All().GroupBy(order => order.Customer.Name).ToDictionary(group => group.Key, group => group.Sum(order => order.Subtotal().Amount));
}
