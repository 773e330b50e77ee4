using Pricing.Api;
using Pricing.Carts;
using Pricing.Catalog;
using Pricing.Orders;
using Pricing.Rules;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);

builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, PricingJson.Default));

builder.Services.AddSingleton<IProductCatalog>(new CachedCatalog(new WarehouseCatalog(), capacity: 6));
builder.Services.AddSingleton<ICouponBook, CouponBook>();
builder.Services.AddSingleton<IPriceRule, CouponRule>();
builder.Services.AddSingleton<IPriceRule, QuantityDiscountRule>();
builder.Services.AddSingleton<IPriceRule, TierDiscountRule>();
builder.Services.AddSingleton<IPriceRule, TaxRule>();
builder.Services.AddSingleton<IPriceRule, RoundingRule>();
builder.Services.AddSingleton<PricingEngine>();
builder.Services.AddSingleton<CartReader>();
builder.Services.AddSingleton<OrderStore>();
builder.Services.AddSingleton<OrderDesk>();

WebApplication app = builder.Build();

app.MapPricing();
app.MapOrders();
app.MapOperations();
if (Environment.GetEnvironmentVariable("PRICING_DEBUG") == "1")
    app.MapDebugging();

app.Run();
