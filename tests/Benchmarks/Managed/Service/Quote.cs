namespace Service;

public sealed record Facts(long Allocated, int Collections, long WorkingSet);

/// <summary>Pieces of every product.</summary>
public sealed class Stock
{
    private readonly Dictionary<int, int> _pieces = Enumerable.Range(0, 100).ToDictionary(product => product, product => product * 7 % 50);

    public int Of(int product) => _pieces.GetValueOrDefault(product);
}

/// <summary>One line; the serializer reads computed properties.</summary>
public sealed record QuoteLine(int Product, int Pieces, decimal Price)
{
    public decimal Sum => Pricing.Rounded(Pieces * Price * Pricing.Factor(Pieces));

    public string Name => "product " + Product;
}

public sealed record Quote(int Number, IReadOnlyList<QuoteLine> Lines)
{
    public decimal Total => Lines.Sum(line => line.Sum);

    public static Quote For(int number, Stock stock)
    {
        var lines = new List<QuoteLine>();
        for (int i = 0; i < 8; i++)
        {
            int product = (number + i * 11) % 100;
            lines.Add(new QuoteLine(product, stock.Of(product), Pricing.Price(product)));
        }
        return new Quote(number, lines);
    }
}

/// <summary>Small methods that are inlined everywhere.</summary>
public static class Pricing
{
    public static decimal Price(int product) => 1m + product / 4m;

    public static decimal Factor(int pieces) => pieces > 20 ? 0.9m : 1m;

    public static decimal Rounded(decimal amount) => decimal.Round(amount, 2);
}
