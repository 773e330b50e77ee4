using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

/// <summary>Threads that go through all checks until they are told to stop, and what they have seen.</summary>
static class Harness
{
    private const int Versions = 4;

    [ThreadStatic]
    public static int CallsOfThisThread;

    [ThreadStatic]
    public static int ComparedBy;

    public static long Finallys;

    private static readonly long[,] s_counts = new long[Checks.All.Length, Versions];
    private static readonly ConcurrentQueue<string> s_problems = new();
    private static long s_bad;
    private static long s_collections;
    private static volatile bool s_stop;

    // A version that every call must run that starts while it is set; 0 while a switch is on its way. The upper half counts the settings.
    private static long s_expected;

    public static long Bad => Interlocked.Read(ref s_bad);

    public static bool Stopped => s_stop;

    public static void Stop() => s_stop = true;

    public static void Expect(int version) => Interlocked.Exchange(ref s_expected, (Interlocked.Read(ref s_expected) & ~0xFFL) + 0x100 + version);

    public static void Report(string problem)
    {
        Interlocked.Increment(ref s_bad);
        if (s_problems.Count < 20)
            s_problems.Enqueue(problem.ReplaceLineEndings(" / "));
    }

    public static string Problems => string.Join(" ;; ", s_problems);

    public static void Worker(object start)
    {
        var context = new CheckContext((int)start);
        while (!s_stop)
        {
            context.Turn++;
            for (int check = 0; check < Checks.All.Length; check++)
                Run(check, context);
        }
    }

    /// <summary>Runs one check and says which version it met; −1 when something was wrong.</summary>
    public static int Run(int check, CheckContext context)
    {
        long before = Interlocked.Read(ref s_expected);
        Outcome outcome;
        try
        {
            outcome = Checks.All[check].Run(context);
        }
        catch (Exception unexpected)
        {
            Report(Checks.All[check].Name + ": " + unexpected);
            return -1;
        }
        int expected = (int)(before & 0xFF);
        if (!outcome.Right || outcome.Version is < 1 or >= Versions)
        {
            Report($"{Checks.All[check].Name}: wrong in version {outcome.Version}, turn {context.Turn}: {context.Note}");
            return -1;
        }
        if (expected != 0 && outcome.Version != expected && Interlocked.Read(ref s_expected) == before)
        {
            Report($"{Checks.All[check].Name}: version {outcome.Version} ran where {expected} was in force");
            return -1;
        }
        Interlocked.Increment(ref s_counts[check, outcome.Version]);
        return outcome.Version;
    }

    /// <summary>Garbage, exceptions and collections of both kinds beside the workers.</summary>
    public static void Pressure()
    {
        var kept = new object[5000];
        for (int i = 0; !s_stop; i++)
        {
            for (int k = 0; k < 500; k++)
                kept[(i * 500 + k) % kept.Length] = new byte[k % 300 + 16];
            Interlocked.Increment(ref Finallys);
            if (i % 4 == 0)
                GC.Collect(0);
            if (i % 64 == 0)
            {
                GC.Collect();
                Interlocked.Increment(ref s_collections);
            }
            Thread.Sleep(1);
        }
    }

    /// <summary>A loop around one small function: a suspension stands in it, or at its entry, most of the time.</summary>
    public static void TightLoop()
    {
        long sum = 0;
        while (!s_stop)
        {
            for (int k = 0; k < 1000; k++)
            {
                int got = Patched.Leaf(k);
                if (got / 1000 is < 1 or >= Versions || got % 1000 != k)
                    Report("leaf: " + got);
                sum += got;
            }
        }
        GC.KeepAlive(sum);
    }

    public static string Statistics()
    {
        var totals = new long[Versions];
        for (int check = 0; check < Checks.All.Length; check++)
        {
            for (int version = 1; version < Versions; version++)
                totals[version] += Interlocked.Read(ref s_counts[check, version]);
        }
        return $"v1={totals[1]} v2={totals[2]} v3={totals[3]} bad={Bad} gc0={GC.CollectionCount(0)} gc2={GC.CollectionCount(2)} threads={ThreadPool.ThreadCount}";
    }

    /// <summary>All checks once on the calling thread.</summary>
    public static string VersionsInForce(CheckContext context)
    {
        var found = new string[Checks.All.Length];
        context.Turn++;
        for (int check = 0; check < found.Length; check++)
            found[check] = Checks.All[check].Name + "=" + Run(check, context);
        return string.Join(' ', found);
    }

    /// <summary>More blocked work than the pool has threads, so that it starts new ones.</summary>
    public static void GrowPool(int threads)
    {
        ThreadPool.SetMinThreads(threads, 1);
        for (int i = 0; i < threads; i++)
        {
            int start = i;
            ThreadPool.UnsafeQueueUserWorkItem(_ =>
            {
                var context = new CheckContext(1000 + start);
                for (int turn = 0; turn < 3 && !s_stop; turn++)
                {
                    context.Turn++;
                    for (int check = 0; check < Checks.All.Length; check++)
                        Run(check, context);
                    Thread.Sleep(1);
                }
            }, null);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Filter(FormatException e) => e.Message.Length > 3;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ThrowFormat(int n) => throw new FormatException("inner " + n);
}
