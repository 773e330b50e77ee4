// Takes commands, one a line, and answers each with one line.
var workers = new List<Thread>();
int count = args.Length > 0 ? int.Parse(args[0]) : 3;
for (int i = 0; i < count; i++)
    Start(() => Harness.Worker(workers.Count + 1), 512 * 1024);
if (count > 0)
{
    Start(Harness.Pressure, 0);
    Start(Harness.TightLoop, 0);
}
var context = new CheckContext(500);
var held = new List<HeldCall>();
Console.WriteLine(Environment.ProcessId);
while (Console.ReadLine() is { } line)
{
    string[] words = line.Split(' ');
    string answer = words[0] switch
    {
        "statistics" => Harness.Statistics(),
        "versions" => Harness.VersionsInForce(context),
        "problems" => Harness.Problems,
        "expect" => Expect(int.Parse(words[1])),
        "grow" => Grow(int.Parse(words[1])),
        "hold" => Hold(words[1]),
        "release" => Release(),
        "trace" => Trace(),
        "kinds" => Objects.Kinds(),
        "name" => NameOf(Patched.Named()),
        _ => "?",
    };
    Console.WriteLine(answer);
}
Harness.Stop();
foreach (Thread worker in workers)
    worker.Join();
Console.WriteLine(Harness.Statistics());
return Harness.Bad != 0 ? 3 : Checks.CountsAgree() ? 0 : 4;

void Start(Action body, int stack)
{
    var thread = new Thread(() => body(), stack);
    workers.Add(thread);
    thread.Start();
}

static string NameOf(object item)
{
    try
    {
        return item.GetType().ToString();
    }
    catch (InvalidOperationException unknown)
    {
        return unknown.GetType().Name;
    }
}

static string Expect(int version)
{
    Harness.Expect(version);
    return "expecting";
}

static string Grow(int threads)
{
    Harness.GrowPool(threads);
    return "growing";
}

string Hold(string kind)
{
    held.Add(new HeldCall(kind));
    return "held";
}

string Release()
{
    string results = string.Join(' ', held.Select(call => call.Release()));
    held.Clear();
    return results;
}

string Trace()
{
    Patched.Traced(1, out string inside);
    try
    {
        Patched.Throwing(2);
        return "nothing thrown";
    }
    catch (Exception thrown)
    {
        return (inside + " // " + thrown + " // " + thrown.StackTrace).ReplaceLineEndings(" / ");
    }
}
