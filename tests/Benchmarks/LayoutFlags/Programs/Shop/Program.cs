using Shop;

string[] catalog =
[
    "A1,\"Pen, blue\",12.50,0.02,office|small", "A2,Notebook,45.00,0.3,office|book", "B1,Lamp,399.00,2.4,home", "B2,Chair,1299.00,9.5,home|large",
    "C1,Novel,129.00,0.4,book|gift", "C2,Mug,79.00,0.35,home|gift", "D1,Desk,4999.00,42,home|large",
];

return Harness.Run(args, rounds =>
{
    var log = new AuditLog();
    var customers = new MemoryRepository<int, Customer>();
    string[] names = ["Ada", "Bo", "Cy", "Di"];
    for (int i = 0; i < names.Length; i++)
        customers.Put(i, new Customer(i, names[i], names[i].ToLowerInvariant() + "@example.org", (CustomerTier)i, new Address($"Street {i}", "Town", i % 2 == 0 ? "SE" : "NO")));

    Dictionary<string, Product> products = catalog.Select(Text.ParseProduct).ToDictionary(product => product.Sku);
    List<string> skus = products.Keys.Order(StringComparer.Ordinal).ToList();
    var inventory = new Inventory();
    inventory.AddGuard(0);
    var engine = new PriceEngine(new SeasonDiscount(), new BulkDiscount(10), new TierDiscount());
    var service = new OrderService(new AuditedRepository<int, Order>(log), customers, engine, inventory, new FakeGateway(), log);
    var random = new Random(7);

    long checksum = 0;
    for (int round = 0; round < rounds; round++)
    {
        if (round % 20 == 0)
        {
            foreach (string sku in skus)
                inventory.Stock(sku, 50);
        }
        IEnumerable<(Product, int)> items = Enumerable.Range(0, random.Next(1, 5)).Select(_ => (products[skus[random.Next(skus.Count)]], random.Next(1, 4)));
        Order order = service.Create(round % 4, items);
        checksum += service.CheckoutAsync(order.Id).GetAwaiter().GetResult().Length + (long)engine.Vat(order);
        foreach (string line in engine.Explain(order))
            checksum += line.Length;
        checksum += Text.Slug(order.Lines[0].Product.Title).Length + Text.Levenshtein(order.Customer.Email, order.Lines[0].Product.Title);
        if (round % 500 == 0)
            checksum += (long)service.TotalsByCustomer().Values.Sum();
    }
    return checksum + log.Count;
});
