namespace Storefront.Goods;

/// <summary>What the shop sells. Stands for a data base.</summary>
public sealed class ProductCatalogue
{
    private readonly Dictionary<string, Product> _products = new[]
    {
        new Product("KET-01", "Kettle, 1.7 l", 34.90m, Stock: 12),
        new Product("CUP-04", "Set of four cups", 18.00m, Stock: 140),
        new Product("TPT-02", "Teapot, stoneware", 42.50m, Stock: 0, ReducedPercent: 30),
        new Product("SPN-06", "Six tea spoons", 11.40m, Stock: 75, ReducedPercent: 20),
        new Product("TRY-01", "Serving tray, oak", 27.80m, Stock: 9, ReducedPercent: 10),
        new Product("TIM-03", "Tea timer", 6.95m, Stock: 0),
    }.ToDictionary(product => product.Sku);

    public IReadOnlyCollection<Product> All => _products.Values;

    /// <summary>The product of that number, or null when nobody sells it.</summary>
    public Product? Find(string sku) => _products.GetValueOrDefault(sku);
}
