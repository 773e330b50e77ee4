namespace Pricing.Carts;

/// <summary>A cart that cannot be priced; the message is for the customer.</summary>
public class CartException(string message) : Exception(message);
