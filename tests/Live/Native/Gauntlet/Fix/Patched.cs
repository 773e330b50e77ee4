using System.IO.Pipes;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

/// <summary>What the fixes change. Each of these says which version it is, in its own way.</summary>
static class Patched
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Frames(int n, Payload payload, List<object> sink)
    {
        var first = new Added { Id = payload.Weight(), Text = "x" + n, Reference = payload };
        var all = new Payload[8];
        for (int k = 0; k < all.Length; k++)
            all[k] = new Payload { Id = n + k, Text = "t" + n, Next = first };
        // With this frame on the stack: what it holds must survive, and be found where it was moved to.
        if (n % 512 == 1)
            GC.Collect();
        else if (n % 64 == 3)
            GC.Collect(0);
        string extra = "-";
        try
        {
            if (n % 5 == 0)
                Harness.ThrowFormat(n);
            if (n % 11 == 4)
                throw new FormatException("mine " + n);
        }
        catch (FormatException e) when (Harness.Filter(e))
        {
            if (n % 128 == 5)
                GC.Collect(0);
            if (e.Message == "inner " + n)
                extra = "E" + n;
        }
        finally
        {
            Interlocked.Increment(ref Harness.Finallys);
            sink.Add(all);
        }
        int sum = 0;
        foreach (Payload one in all)
        {
            sum += one.Id;
            if (one.Text != "t" + n || one.Next != first || ((Added)one.Next).Reference != payload)
                return "v2 corrupt";
        }
        Payload chosen = sink.Count == -1 ? payload : first;
        return "v2: a new literal:" + (chosen.Weight() + sum) + ":" + extra + "|" + n;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Leaf(int n) => 2000 + n;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Outward(int n)
    {
        if (n % 256 == 3)
            GC.Collect(0);
        if (n % 3 == 0)
            throw new InvalidOperationException("v2 thrown outward " + n);
        return 2;
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
                if (n % 64 == 7)
                    GC.Collect(0);
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
            throw new ArgumentException("v2 rethrown", e);
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
            trace = e.ToString() + e.StackTrace;
            return 2;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Throwing(int n) => throw new InvalidOperationException("v2 thrown for " + n);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Locked(object gate, ref int guarded)
    {
        lock (gate)
        {
            int read = guarded;
            if (read % 32 == 0)
                Thread.Yield();
            guarded = read + 1;
        }
        return 2;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Waited(object gate, int n)
    {
        lock (gate)
        {
            if (n % 64 == 0)
                Monitor.Wait(gate, 1);
            Monitor.PulseAll(gate);
            if (n % 32 == 1)
                Monitor.Wait(gate, TimeSpan.FromMilliseconds(1));
        }
        return 2;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Visited(VisitedShape shape, int n, out int version)
    {
        string number = shape.Visit(n), text = shape.Visit("s" + n);
        version = 2;
        return string.Concat(number, text);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Dispatched(IRule[] rules, int n, out int version)
    {
        version = 2;
        int sum = 0;
        foreach (IRule rule in rules)
            sum += rule.Other(n);
        return sum + rules[0].Rate(n);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Shape Made(int n) => new Cube { Number = n };

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long Generics(int n, out int version)
    {
        version = 2;
        var pairs = new Pair[20];
        for (int k = 0; k < 20; k++)
            pairs[k] = new Pair { First = n, Second = k, Reference = pairs };
        var bag = new Bag<Pair>(pairs);
        var linked = new LinkedList<Pair>();
        foreach (Pair pair in bag.Reversed())
            linked.AddLast(pair);
        if (n % 128 == 9)
            GC.Collect(0);
        (Pair Pair, long Sum) total = default;
        foreach (Pair pair in linked)
            total = (pair, total.Sum + (ReferenceEquals(pair.Reference, pairs) ? pair.First + pair.Second : 1));
        Pair? last = total.Pair;
        return last is { Second: 0 } ? total.Sum : -1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T Shared<T>(T[] items, out int version)
    {
        version = 2;
        return items[items.Length - 1];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Threads(int n)
    {
        Harness.CallsOfThisThread += 2;
        return 2;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Literal(out int version)
    {
        version = 2;
        return "A literal of the new code, of version 2";
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int LiteralLock(int n, out bool entered)
    {
        string gate = "a gate of the new code, 2";
        lock (gate)
        {
            entered = Monitor.IsEntered(gate);
            if (n % 64 == 0)
                Monitor.Wait(gate, 1);
        }
        return 2;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async Task<(int Version, int Sum)> AsyncSum(int n, Payload payload)
    {
        await Task.Yield();
        int weight = payload.Weight();
        return (2, weight + n);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Recursive(int depth, out int version)
    {
        int below = depth == 0 ? 0 : Recursive(depth - 1, out _) + 1;
        version = 2;
        return below;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Stored(int n) => n + (2 << 8);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Pointed(int n) => n + (2 << 8);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Big Structs(int n, object reference) => new() { A = n, B = n + 1, C = n + 2, D = n + 3, E = n + 4, F = n + 5, G = n + 6, H = 2, Reference = reference };

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Large(int n, out int sum)
    {
        Span<byte> bytes = stackalloc byte[40 * 1024];
        bytes.Fill((byte)n);
        sum = 0;
        for (int k = 0; k < 40; k++)
            sum += bytes[k * 1024 + 7];
        return 2;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Switch(int n, ref int version)
    {
        version = 2;
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
        version = 2;
        return -(n * 2.75) + 1234.5678 + version;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static float Vectors(int n, out int version)
    {
        version = 2;
        return Vector128.Sum(Vector128.Create((float)n) * Vector128.Create(5f, 6f, 7f, 8f) + Vector128.Create(2f));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Meter(int factor, int n) => factor * n + (2 << 16);

    public static IEnumerable<(int Version, int Value)> Iterated(int n, int count)
    {
        for (int k = 0; k < count; k++)
            yield return (2, k + n);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Captured(int n, int[] items) => (2 << 16) + items.Select(item => n + item).Sum();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static unsafe int Compare(void* left, void* right)
    {
        Harness.ComparedBy = 2;
        return (*(int*)left).CompareTo(*(int*)right);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Faults(int kind, int one, Payload payload, out int version)
    {
        version = 2;
        try
        {
            return Fault(kind, one, payload) + " without a fault";
        }
        catch (Exception fault) when (fault.Message.Length > 0)
        {
            if (kind == 2)
                GC.Collect(0);
            return fault.GetType().Name;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Fault(int kind, int one, Payload payload)
    {
        if (kind == 3)
            kind += one - 1;
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
        // References into the middle of an object, and a pinned one, across a collection that moves objects.
        ref int middle = ref numbers[50];
        Span<int> end = numbers.AsSpan(90);
        fixed (int* first = numbers)
        {
            if (n % 128 == 21)
                GC.Collect();
            *first = 7;
        }
        if (n % 64 == 22)
            GC.Collect(0);
        middle = n;
        end[9] = n + 1;
        return 2;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static object Arrays(int n, Payload payload, out Array array, out int version)
    {
        version = 2;
        var added = new Added { Reference = payload };
        var table = new Payload[2, 3];
        table[1, 2] = (Payload)added.Reference;
        array = table;
        var pair = new Pair { First = n, Reference = added };
        object boxed = pair;
        return boxed is Pair { First: var length } && length == n ? boxed : 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Finalized(int n)
    {
        for (int k = 0; k < 3; k++)
            _ = new Ending { Number = n };
        return 2;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static object Named() => new Cube();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Walked(out int version)
    {
        version = 2;
        return Environment.StackTrace;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int HeldWaiting(ManualResetEventSlim go, ManualResetEventSlim entered)
    {
        entered.Set();
        go.Wait();
        return 2;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int HeldReading(PipeStream pipe, ManualResetEventSlim entered)
    {
        entered.Set();
        pipe.ReadByte();
        return 2;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int HeldSleeping(ManualResetEventSlim go, ManualResetEventSlim entered)
    {
        entered.Set();
        while (!go.IsSet)
            Thread.Sleep(5);
        return 2;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int HeldRecursive(ManualResetEventSlim go, ManualResetEventSlim entered, int depth)
    {
        if (depth > 0)
            return HeldRecursive(go, entered, depth - 1) | (2 << 4);
        entered.Set();
        go.Wait();
        return 2;
    }
}

sealed class Overriding
{
    public int Number;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override string ToString() => "v2:" + Number;
}

/// <summary>Objects that a fix makes and leaves behind.</summary>
static class Objects
{
    private static readonly List<object> s_left = [];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Kinds()
    {
        s_left.Add(new Cube());
        return "v2:" + s_left.Count(item => item is Cube) + "/" + s_left.Count;
    }
}

/// <summary>A class that the baseline does not have.</summary>
sealed class Added : Payload
{
    public object Reference;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override int Weight() => Id * 3;
}

/// <summary>A class with virtual methods and interfaces, used by code that does not know it.</summary>
class Cube : Shape, IRule, IComparable<Shape>
{
    public int Number;

    public override int Sides => 12;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override string Name(int n) => "v2 cube" + n;

    public int Rate(int n) => n * 100;

    public int Other(int n) => n;

    public int CompareTo(Shape other) => Sides - other.Sides;

    public override string ToString() => "a cube";

    public override int GetHashCode() => Number;

    public override bool Equals(object other) => ReferenceEquals(this, other);
}

/// <summary>A class with a finalizer.</summary>
sealed class Ending
{
    public int Number;

    ~Ending() => Interlocked.Increment(ref Harness.Finallys);
}

/// <summary>New generic instantiations are made over this.</summary>
struct Pair
{
    public long First;
    public int Second;
    public object Reference;
}
