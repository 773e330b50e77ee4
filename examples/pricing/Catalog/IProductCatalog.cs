namespace Pricing.Catalog;

public interface IProductCatalog
{
    long CacheHits { get; }

    /// <summary>The product of that number, or null when nobody sells it.</summary>
    ValueTask<Product?> FindAsync(string sku, CancellationToken cancellation);
}
