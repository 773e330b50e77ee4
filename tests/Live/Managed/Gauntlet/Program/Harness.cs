using System.Diagnostics;
using System.Runtime;
using System.Runtime.CompilerServices;

namespace Gauntlet;

/// <summary>What the program does between commands.</summary>
public static class Harness
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    /// <summary>Calls everything until the just-in-time compiler has nothing left to do for it.</summary>
    public static string WarmUp()
    {
        long begin = Stopwatch.GetTimestamp(), lastChange = begin;
        long compiled = 0;
        int rounds = 0;
        while (Stopwatch.GetElapsedTime(lastChange) < s_quiet && Stopwatch.GetElapsedTime(begin) < s_longest)
        {
            for (int i = 0; i < 10; i++, rounds++)
            {
                foreach (Case item in Cases.All)
                    item.Run();
            }
            long now = JitInfo.GetCompiledMethodCount();
            if (now != compiled)
                (compiled, lastChange) = (now, Stopwatch.GetTimestamp());
        }
        return $"{rounds} rounds, {compiled} methods";
    }

    /// <summary>What differs from a version; nothing when all is as it must be.</summary>
    public static string Differences(int version)
    {
        var differences = new List<string>();
        foreach (Case item in Cases.All)
        {
            string answer = Answer(item), expected = item.Expected(version);
            if (answer != expected)
                differences.Add($"{item.Name}: '{answer}', expected '{expected}'");
        }
        return string.Join(" ;; ", differences);
    }

    private static string Answer(Case item)
    {
        try
        {
            return item.Run();
        }
        catch (Exception problem)
        {
            return problem.ToString().ReplaceLineEndings(" / ");
        }
    }
}

/// <summary>Two methods that belong together, called by threads all the time: no thread may see an older one after it, or another thread, saw a newer one.</summary>
public static class Invariant
{
    private static readonly List<Thread> s_threads = [];
    private static volatile bool s_stop;
    private static volatile int s_direction;
    private static long s_seen;
    private static long s_calls;
    private static long s_wrong;
    private static string s_firstWrong = "";

    public static string Start(int threads)
    {
        s_stop = false;
        Interlocked.Exchange(ref s_seen, Version(Small.First()));
        for (int i = 0; i < threads; i++)
        {
            var thread = new Thread(Work) { Name = "invariant " + i };
            s_threads.Add(thread);
            thread.Start();
        }
        return "started";
    }

    /// <param name="direction">1 when versions may only rise from here on, −1 when they may only fall, 0 when no rule holds.</param>
    public static string Turn(int direction)
    {
        s_direction = 0;
        Interlocked.Exchange(ref s_seen, Version(Small.First()));
        s_direction = direction;
        return "turned";
    }

    public static string Stop()
    {
        s_stop = true;
        foreach (Thread thread in s_threads)
            thread.Join();
        s_threads.Clear();
        return Statistics();
    }

    public static string Statistics() => $"calls={Interlocked.Read(ref s_calls)} wrong={Interlocked.Read(ref s_wrong)} {s_firstWrong}";

    private static void Work()
    {
        while (!s_stop)
        {
            for (int i = 0; i < 100; i++)
                Once();
            Interlocked.Add(ref s_calls, 100);
        }
    }

    private static void Once()
    {
        int direction = s_direction;
        long before = Volatile.Read(ref s_seen);
        int first = Version(Small.First());
        int second = Version(Small.Second());
        bool right = direction == 0 || Rising(before, first, direction) && Rising(first, second, direction);
        if (!right && s_direction == direction)
        {
            if (Interlocked.Increment(ref s_wrong) == 1)
                s_firstWrong = $"direction {direction}: {before}, {first}, {second}";
        }
        if (direction != 0 && s_direction == direction)
            Volatile.Write(ref s_seen, second);
    }

    private static bool Rising(long from, long to, int direction) => direction * (to - from) >= 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Version(string text) => text[1] - '0';
}

/// <summary>A thread that never leaves the method it is in, while that is compiled anew under it.</summary>
public static class Spinning
{
    private static volatile bool s_stop;
    private static volatile string s_last = "";
    private static Thread s_thread;

    public static string Start()
    {
        s_stop = false;
        s_thread = new Thread(Spin) { Name = "spinning" };
        s_thread.Start();
        long begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < TimeSpan.FromMilliseconds(500))
            Thread.Yield();
        return "spinning";
    }

    public static string Last() => s_last;

    public static string Stop()
    {
        s_stop = true;
        s_thread.Join();
        return s_last;
    }

    private static void Spin()
    {
        while (!s_stop)
            s_last = Small.Spun();
    }
}

/// <summary>Calls under way: an async method that waits, an iterator between two items, a thread that waits in a method.</summary>
public static class UnderWay
{
    private static readonly ManualResetEventSlim s_gate = new();
    private static TaskCompletionSource s_source;
    private static Task<string> s_async;
    private static IEnumerator<string> s_iterator;
    private static Task<string> s_waiting;

    public static string Begin()
    {
        s_source = new TaskCompletionSource();
        s_async = Held.Async(s_source.Task);
        s_iterator = Held.Iterator().GetEnumerator();
        s_iterator.MoveNext();
        s_gate.Reset();
        var entered = new ManualResetEventSlim();
        s_waiting = Task.Factory.StartNew(() => Held.Waiting(entered, s_gate), TaskCreationOptions.LongRunning);
        entered.Wait();
        return "begun";
    }

    public static string End()
    {
        s_source.SetResult();
        s_iterator.MoveNext();
        s_gate.Set();
        return s_async.Result + "," + s_iterator.Current + "," + s_waiting.Result;
    }
}
