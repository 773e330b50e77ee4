namespace Storefront.Goods;

/// <param name="Stock">Pieces in the warehouse, as it reported this morning.</param>
/// <param name="ReducedPercent">How much is taken off the price while the product is on offer; 0 when it is not.</param>
public sealed record Product(string Sku, string Title, decimal Price, int Stock, int ReducedPercent = 0);
