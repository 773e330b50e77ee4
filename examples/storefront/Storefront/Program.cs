using Storefront.Api;
using Storefront.Customers;
using Storefront.Delivery;
using Storefront.Goods;
using Storefront.Offers;
using Storefront.Orders;
using Storefront.Sessions;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);

builder.Services.Configure<OfferOptions>(builder.Configuration.GetSection("Offers"));
builder.Services.AddSingleton<ProductCatalogue>();
builder.Services.AddSingleton<CustomerRegister>();
builder.Services.AddSingleton<SessionStore>();
builder.Services.AddSingleton<ICarrier, ParcelPost>();
builder.Services.AddSingleton<ICarrier, CityCourier>();
builder.Services.AddSingleton<ICarrier, FreightLine>();
builder.Services.AddSingleton<DeliveryDesk>();
builder.Services.AddSingleton<OrderBook>();
builder.Services.AddSingleton<OrderDesk>();
builder.Services.AddSingleton<OfferBoard>();
builder.Services.AddHostedService<OfferRefresh>();

WebApplication app = builder.Build();

var traffic = new TrafficCounter();
app.Use(async (context, next) =>
{
    await next(context);
    traffic.Count(context.Response.StatusCode);
});
app.UseMiddleware<SessionMiddleware>();

app.MapProducts();
app.MapSessions();
app.MapBasket();
app.MapOrders();
app.MapOperations(traffic);

app.Run();
