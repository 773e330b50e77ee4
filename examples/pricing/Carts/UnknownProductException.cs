namespace Pricing.Carts;

/// <summary>A line that asks for something nobody sells.</summary>
public sealed class UnknownProductException(string sku) : CartException($"There is no product {sku}.");
