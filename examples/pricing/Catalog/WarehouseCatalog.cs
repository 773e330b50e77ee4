namespace Pricing.Catalog;

/// <summary>The warehouse's list of products. Stands for a data base: every look-up takes a while.</summary>
public sealed class WarehouseCatalog : IProductCatalog
{
    private readonly Dictionary<string, Product> _products = new[]
    {
        new Product("PEN-01", "Ballpoint pen, blue", 1.25m, TaxCategory.Standard),
        new Product("NTB-A5", "Notebook A5, ruled", 4.45m, TaxCategory.Standard),
        new Product("LMP-02", "Desk lamp", 39.90m, TaxCategory.Standard),
        new Product("CHR-10", "Office chair", 129.00m, TaxCategory.Standard),
        new Product("TEA-05", "Green tea, 20 bags", 3.05m, TaxCategory.Food),
        new Product("CHO-01", "Dark chocolate", 2.15m, TaxCategory.Food),
        new Product("NOV-77", "The Long Winter, novel", 12.90m, TaxCategory.Books),
        new Product("ATL-01", "World atlas", 54.50m, TaxCategory.Books),
    }.ToDictionary(product => product.Sku);

    public long CacheHits => 0;

    public async ValueTask<Product?> FindAsync(string sku, CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(1), cancellation);
        return _products.GetValueOrDefault(sku);
    }
}
