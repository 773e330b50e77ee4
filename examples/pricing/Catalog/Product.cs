namespace Pricing.Catalog;

public enum TaxCategory
{
    Standard,
    Food,
    Books,
}

public sealed record Product(string Sku, string Title, decimal Price, TaxCategory Tax);
