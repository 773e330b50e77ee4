using System.Text.Json;
using Pricing.Api;
using Pricing.Carts;
using Pricing.Catalog;
using Pricing.Orders;
using Pricing.Rules;

// The example's way from a request's bytes to an answer's bytes, without the web server around it.
var catalog = new CachedCatalog(new WarehouseCatalog(), capacity: 8);
var reader = new CartReader(catalog, new CouponBook());
var engine = new PricingEngine([new CouponRule(), new QuantityDiscountRule(), new TierDiscountRule(), new TaxRule(), new RoundingRule()]);

byte[][] requests =
[
    """{"tier":"Basic","lines":[{"sku":"PEN-01","quantity":2}]}"""u8.ToArray(),
    """{"tier":"Gold","coupon":"BIG40","lines":[{"sku":"PEN-01","quantity":50},{"sku":"LMP-02","quantity":2},{"sku":"CHR-10","quantity":1}]}"""u8.ToArray(),
    """{"tier":"Silver","coupon":"SPRING10","lines":[{"sku":"TEA-05","quantity":12},{"sku":"NOV-77","quantity":1},{"sku":"ATL-01","quantity":1}]}"""u8.ToArray(),
    """{"tier":"Silver","coupon":"NOSUCH","lines":[{"sku":"TEA-05","quantity":12}]}"""u8.ToArray(),
];

return Harness.Run(args, rounds =>
{
    var store = new OrderStore();
    long checksum = 0;
    for (int round = 0; round < rounds; round++)
    {
        // An answer in 32 is an exception's message.
        byte[] request = requests[round % 32 == 31 ? 3 : round % 3];
        checksum = checksum * 31 + Answer(request, store, keep: round % 1000 == 0).GetAwaiter().GetResult();
    }
    return checksum + store.Count;
});

async Task<int> Answer(byte[] request, OrderStore store, bool keep)
{
    try
    {
        CartRequest parsed = JsonSerializer.Deserialize(request, PricingJson.Default.CartRequest)!;
        Cart cart = await reader.ReadAsync(parsed, CancellationToken.None);
        Quote quote = engine.Price(cart);
        if (keep)
            store.Add(parsed.Lines, quote);
        return JsonSerializer.SerializeToUtf8Bytes(quote, PricingJson.Default.Quote).Length;
    }
    catch (CartException problem)
    {
        return problem.Message.Length;
    }
}
