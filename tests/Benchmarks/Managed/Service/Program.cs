using Service;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.AddSingleton<Stock>();
WebApplication app = builder.Build();
app.MapGet("/quotes/{number:int}", (int number, Stock stock) => Quote.For(number, stock));
app.MapGet("/facts", () => new Facts(GC.GetTotalAllocatedBytes(precise: true), GC.CollectionCount(0), Environment.WorkingSet));
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine("listening " + app.Urls.First()));
app.Run();
