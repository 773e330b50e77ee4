using System.IO.Pipes;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

/// <summary>What the fixes change. Each of these says which version it is, in its own way.</summary>
static class Patched
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Frames(int n, Payload payload, List<object> sink) => "v1:" + n + ":" + payload.Weight();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Leaf(int n) => 1000 + n;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Outward(int n)
    {
        if (n % 3 == 0)
            throw new InvalidOperationException("v1 thrown outward " + n);
        return 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Rethrown(int n, List<string> steps)
    {
        try
        {
            try
            {
                steps.Add("try");
                Harness.ThrowFormat(n);
            }
            catch (FormatException e) when (Harness.Filter(e))
            {
                steps.Add("catch");
                throw;
            }
            finally
            {
                steps.Add("finally");
            }
        }
        catch (FormatException e)
        {
            steps.Add("outer");
            throw new ArgumentException("v1 rethrown", e);
        }
        finally
        {
            steps.Add("outer finally");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Traced(int n, out string trace)
    {
        try
        {
            Throwing(n);
            trace = "";
            return 0;
        }
        catch (InvalidOperationException e)
        {
            trace = e.StackTrace;
            return 1;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Throwing(int n) => throw new InvalidOperationException("v1 thrown for " + n);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Locked(object gate, ref int guarded)
    {
        lock (gate)
            guarded++;
        return 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Waited(object gate, int n)
    {
        lock (gate)
        {
            if (n % 64 == 0)
                Monitor.Wait(gate, 1);
            Monitor.PulseAll(gate);
        }
        return 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Visited(VisitedShape shape, int n, out int version)
    {
        version = 1;
        return shape.Visit(n) + shape.Visit("s" + n);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Dispatched(IRule[] rules, int n, out int version)
    {
        version = 1;
        int sum = 0;
        foreach (IRule rule in rules)
            sum += rule.Rate(n);
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Shape Made(int n) => new Square();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long Generics(int n, out int version)
    {
        version = 1;
        var numbers = new List<int>();
        for (int k = 0; k < 20; k++)
            numbers.Add(n + k);
        long sum = 0;
        foreach (int number in numbers)
            sum += number;
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T Shared<T>(T[] items, out int version)
    {
        version = 1;
        return items[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Threads(int n)
    {
        Harness.CallsOfThisThread++;
        return 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Literal(out int version)
    {
        version = 1;
        return "A literal of the baseline, of version 1";
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int LiteralLock(int n, out bool entered)
    {
        string gate = "a gate of the baseline";
        lock (gate)
            entered = Monitor.IsEntered(gate);
        return 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async Task<(int Version, int Sum)> AsyncSum(int n, Payload payload)
    {
        await Task.Yield();
        int weight = payload.Weight();
        return (1, n + weight);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Recursive(int depth, out int version)
    {
        int below = depth == 0 ? 0 : Recursive(depth - 1, out _) + 1;
        version = 1;
        return below;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Stored(int n) => (1 << 8) + n;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Pointed(int n) => (1 << 8) + n;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Big Structs(int n, object reference) => new() { A = n, B = n + 1, C = n + 2, D = n + 3, E = n + 4, F = n + 5, G = n + 6, H = 1, Reference = reference };

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Large(int n, out int sum)
    {
        Span<byte> bytes = stackalloc byte[64];
        bytes.Fill((byte)n);
        sum = bytes[63] * 40;
        return 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Switch(int n, ref int version)
    {
        version = 1;
        switch (n)
        {
            case 0: return "zero";
            case 1: return "one";
            case 2: return "two";
            case 3: return "three";
            case 4: return "four";
            case 5: return "five";
            case 6: return "six";
            case 7: return "seven";
            case 8: return "eight";
            case 9: return "nine";
            case 10: return "ten";
            case 11: return "eleven";
            case 12: return "twelve";
            case 13: return "thirteen";
            case 14: return "fourteen";
            case 15: return "fifteen";
            default: return "many";
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static double Floats(int n, out int version)
    {
        version = 1;
        return n * 1.5 + 0.25;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static float Vectors(int n, out int version)
    {
        version = 1;
        return Vector128.Sum(Vector128.Create((float)n) * Vector128.Create(1f, 2f, 3f, 4f));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Meter(int factor, int n) => (1 << 16) + factor * n;

    public static IEnumerable<(int Version, int Value)> Iterated(int n, int count)
    {
        for (int k = 0; k < count; k++)
            yield return (1, n + k);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Captured(int n, int[] items) => (1 << 16) + items.Select(item => item + n).Sum();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static unsafe int Compare(void* left, void* right)
    {
        Harness.ComparedBy = 1;
        return (*(int*)left).CompareTo(*(int*)right);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Faults(int kind, int one, Payload payload, out int version)
    {
        version = 1;
        try
        {
            return Fault(kind, one, payload) + " without a fault";
        }
        catch (Exception fault)
        {
            return fault.GetType().Name;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Fault(int kind, int one, Payload payload)
    {
        Payload none = one > 1 ? payload : null;
        IRule noRule = one > 1 ? new PlusOne() : null;
        switch (kind)
        {
            case 0: return none.Id;
            case 1: return none.Weight();
            case 2: return noRule.Rate(1);
            case 3: return 7 / (one - 1);
            case 4: return checked(int.MaxValue + one);
            case 5: return Of(one)[one];
            case 6: return ((HeavyPayload)payload).Id;
            case 7:
                object[] payloads = new Payload[one];
                payloads[0] = "not a payload";
                return 0;
            default:
                none.Next = payload;
                return 0;
        }
    }

    private static int[] Of(int length) => new int[length];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static unsafe int Interior(int[] numbers, int n)
    {
        ref int middle = ref numbers[50];
        middle = n;
        numbers[99] = n + 1;
        numbers[0] = 7;
        return 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static object Arrays(int n, Payload payload, out Array array, out int version)
    {
        version = 1;
        array = new int[n & 3];
        return n;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Finalized(int n) => 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static object Named() => new Square();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Walked(out int version)
    {
        version = 1;
        return Environment.StackTrace;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int HeldWaiting(ManualResetEventSlim go, ManualResetEventSlim entered)
    {
        entered.Set();
        go.Wait();
        return 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int HeldReading(PipeStream pipe, ManualResetEventSlim entered)
    {
        entered.Set();
        pipe.ReadByte();
        return 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int HeldSleeping(ManualResetEventSlim go, ManualResetEventSlim entered)
    {
        entered.Set();
        while (!go.IsSet)
            Thread.Sleep(5);
        return 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int HeldRecursive(ManualResetEventSlim go, ManualResetEventSlim entered, int depth)
    {
        if (depth > 0)
            return HeldRecursive(go, entered, depth - 1) | (1 << 4);
        entered.Set();
        go.Wait();
        return 1;
    }
}

sealed class Overriding
{
    public int Number;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override string ToString() => "v1:" + Number;
}

/// <summary>Objects that a fix makes and leaves behind.</summary>
static class Objects
{
    private static readonly List<object> s_left = [];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Kinds()
    {
        s_left.Add(new Square());
        return "v1:" + s_left.Count(item => item is Square) + "/" + s_left.Count;
    }
}
