namespace Storefront.Api;

public sealed record SignInRequest(string Customer, string Password);

public sealed record QuantityRequest(int Quantity);

public sealed record OrderRequest(string Address);
