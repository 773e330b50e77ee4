using Pricing.Common;

namespace Pricing.Catalog;

/// <summary>Keeps the products that were asked for last, with their prices, in front of a slower catalogue.</summary>
public sealed class CachedCatalog(IProductCatalog source, int capacity) : IProductCatalog
{
    private readonly LruCache<string, Product> _cache = new(capacity);

    public long CacheHits => _cache.Hits;

    public async ValueTask<Product?> FindAsync(string sku, CancellationToken cancellation)
    {
        if (_cache.TryGet(sku, out Product? known))
            return known;

        Product? product = await source.FindAsync(sku, cancellation);
        if (product is not null)
            _cache.Set(sku, product);
        return product;
    }
}
