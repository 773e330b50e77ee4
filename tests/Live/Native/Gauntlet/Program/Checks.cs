using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

/// <summary>What one thread keeps from call to call.</summary>
sealed class CheckContext(int seed)
{
    public readonly int Seed = seed;
    public readonly Payload Light = new() { Id = seed, Text = "p" + seed };
    public readonly Payload Heavy = new HeavyPayload { Id = seed };
    public readonly List<object> Sink = [];
    public readonly object Gate = new();
    public readonly IRule[] Rules = [new PlusOne(), new Twice()];
    public readonly VisitedShape[] Shapes = [new Square(), new Triangle()];
    public readonly Func<int, int> Stored = Patched.Stored;
    public readonly Dictionary<string, int> ByText = [];
    public int Turn = seed * 1000003 & 0xFFFFF;
    public string Note = "";

    public Payload Payload => (Turn & 1) == 0 ? Light : Heavy;
}

/// <summary>One kind of code that is patched under load, and the code that is not patched and judges it.</summary>
sealed record Check(string Name, Func<CheckContext, Outcome> Run);

static unsafe class Checks
{
    private static readonly object s_sharedGate = new();
    private static readonly delegate*<int, int> s_pointer = &Patched.Pointed;
    private static int s_guarded;
    private static long s_guardedCalls;

    public static readonly Check[] All =
    [
        new("frames", Frames), new("outward", Outward), new("rethrown", Rethrown), new("traced", Traced), new("locked", Locked), new("waited", Waited),
        new("visited", Visited), new("dispatched", Dispatched), new("made", Made), new("generics", Generics), new("shared", Shared), new("threads", Threads),
        new("literals", Literals), new("literalLock", LiteralLock), new("async", Async), new("recursive", Recursive), new("delegate", Delegate),
        new("pointer", Pointer), new("structs", Structs), new("large", Large), new("switch", Switch), new("floats", Floats), new("vectors", Vectors),
        new("boxed", Boxed), new("iterated", Iterated), new("captured", Captured), new("overridden", Overridden), new("native", Native),
        new("faults", Faults), new("interior", Interior), new("arrays", Arrays), new("finalized", Finalized), new("walked", Walked),
    ];

    private static Outcome Frames(CheckContext context)
    {
        int n = context.Turn;
        Payload payload = context.Payload;
        int sum = 0;
        for (int k = 0; k < 8; k++)
            sum += n + k;
        string found = context.Note = Patched.Frames(n, payload, context.Sink);
        if (context.Sink.Count > 200)
            context.Sink.Clear();
        if (found == $"v1:{n}:{payload.Weight()}")
            return new Outcome(1, true);
        string expected = $":{payload.Weight() * 3 + sum}:{(n % 5 == 0 ? "E" + n : "-")}|{n}";
        return new Outcome(found[1] - '0', found.StartsWith($"v{found[1]}: a new literal", StringComparison.Ordinal) && found.EndsWith(expected, StringComparison.Ordinal));
    }

    private static Outcome Outward(CheckContext context)
    {
        try
        {
            return new Outcome(Patched.Outward(context.Turn), context.Turn % 3 != 0);
        }
        catch (InvalidOperationException thrown)
        {
            context.Note = thrown.Message;
            return new Outcome(thrown.Message[1] - '0', context.Turn % 3 == 0 && thrown.Message.EndsWith(" " + context.Turn, StringComparison.Ordinal));
        }
    }

    private static Outcome Rethrown(CheckContext context)
    {
        var steps = new List<string>();
        try
        {
            Patched.Rethrown(context.Turn, steps);
        }
        catch (ArgumentException last) when (last.InnerException is FormatException inner && Harness.Filter(inner))
        {
            context.Note = string.Join(',', steps) + last.Message;
            return new Outcome(last.Message[1] - '0', string.Join(',', steps) == "try,catch,finally,outer,outer finally" && inner.Message == "inner " + context.Turn);
        }
        return new Outcome(0, false);
    }

    private static Outcome Traced(CheckContext context)
    {
        int version = Patched.Traced(context.Turn, out string inside);
        try
        {
            Patched.Throwing(context.Turn);
        }
        catch (Exception thrown)
        {
            // Read in old code: the trace has frames of both.
            string outside = thrown.StackTrace + thrown;
            context.Note = inside + " // " + outside;
            return new Outcome(version, inside.Contains("at ", StringComparison.Ordinal) && outside.Contains("at Checks.Traced", StringComparison.Ordinal) && outside.Contains("thrown for " + context.Turn, StringComparison.Ordinal));
        }
        return new Outcome(0, false);
    }

    private static Outcome Locked(CheckContext context)
    {
        int version = Patched.Locked(s_sharedGate, ref s_guarded);
        Interlocked.Increment(ref s_guardedCalls);
        return new Outcome(version, true);
    }

    /// <summary>Every call of every version counted once, under one lock.</summary>
    public static bool CountsAgree() => s_guarded == Interlocked.Read(ref s_guardedCalls);

    private static Outcome Waited(CheckContext context) => new(Patched.Waited(context.Gate, context.Turn), !Monitor.IsEntered(context.Gate));

    private static Outcome Visited(CheckContext context)
    {
        VisitedShape shape = context.Shapes[context.Turn & 1];
        string found = context.Note = Patched.Visited(shape, context.Turn, out int version);
        return new Outcome(version, found == shape.Visit(context.Turn) + shape.Visit("s" + context.Turn));
    }

    private static Outcome Dispatched(CheckContext context)
    {
        int found = Patched.Dispatched(context.Rules, context.Turn, out int version);
        int n = context.Turn, expected = version == 1 ? n + 1 + n * 2 : n + 10 + n * 20 + n + 1;
        return new Outcome(version, found == expected);
    }

    private static Outcome Made(CheckContext context)
    {
        Shape shape = Patched.Made(context.Turn);
        context.Sink.Add(shape);
        if (shape is Square square)
            return new Outcome(1, square.Name(1) == "square1" && shape is not IRule && (Square)(object)shape == square);
        string name = context.Note = shape.Name(context.Turn);
        int version = name[1] - '0';
        return new Outcome(version, name == $"v{version} cube{context.Turn}" && shape.Sides == 12 && shape is not Triangle && (object)shape is IRule rule && rule.Rate(3) == 300
            && shape.ToString() == "a cube" && shape.GetHashCode() == context.Turn && shape.GetType() != typeof(Square) && shape is IComparable<Shape> comparable && comparable.CompareTo(context.Shapes[0]) == 8);
    }

    private static Outcome Generics(CheckContext context)
    {
        long sum = Patched.Generics(context.Turn, out int version);
        long expected = 0;
        for (int k = 0; k < 20; k++)
            expected += context.Turn + k;
        return new Outcome(version, sum == expected);
    }

    private static Outcome Shared(CheckContext context)
    {
        string[] texts = ["a" + context.Turn, "b" + context.Turn];
        string text = Patched.Shared(texts, out int version);
        Payload[] payloads = [context.Light, context.Heavy];
        Payload payload = Patched.Shared(payloads, out int ofPayload);
        int[] numbers = [1, 2];
        int number = Patched.Shared(numbers, out int ofNumber);
        return new Outcome(version, text == texts[Index(version)] && payload == payloads[Index(ofPayload)] && number == numbers[Index(ofNumber)]);

        static int Index(int version) => version == 1 ? 0 : 1;
    }

    private static Outcome Threads(CheckContext context)
    {
        int before = Harness.CallsOfThisThread;
        int version = Patched.Threads(context.Turn);
        return new Outcome(version, Harness.CallsOfThisThread == before + version);
    }

    private static Outcome Literals(CheckContext context)
    {
        string literal = Patched.Literal(out int version);
        string copy = new(literal.AsSpan());
        context.ByText[literal] = version;
        bool right = context.ByText[copy] == version && copy.GetHashCode() == literal.GetHashCode() && string.Equals(copy, literal, StringComparison.Ordinal)
            && literal.EndsWith("of version " + version, StringComparison.Ordinal) && literal.Length == Encoding.UTF8.GetByteCount(literal);
        context.Note = literal;
        return new Outcome(version, right);
    }

    private static Outcome LiteralLock(CheckContext context) => new(Patched.LiteralLock(context.Turn, out bool entered), entered);

    private static Outcome Async(CheckContext context)
    {
        (int version, int sum) = Patched.AsyncSum(context.Turn, context.Payload).GetAwaiter().GetResult();
        return new Outcome(version, sum == context.Turn + context.Payload.Weight());
    }

    private static Outcome Recursive(CheckContext context)
    {
        // A switch in the middle leaves a mixture, which is right.
        int depth = 5 + (context.Turn & 15), found = Patched.Recursive(depth, out int version);
        return new Outcome(version, found == depth);
    }

    private static Outcome Delegate(CheckContext context)
    {
        int found = context.Stored(context.Turn & 0xFF);
        return new Outcome(found >> 8, (found & 0xFF) == (context.Turn & 0xFF));
    }

    private static Outcome Pointer(CheckContext context)
    {
        int found = s_pointer(context.Turn & 0xFF);
        return new Outcome(found >> 8, (found & 0xFF) == (context.Turn & 0xFF));
    }

    private static Outcome Structs(CheckContext context)
    {
        Big big = Patched.Structs(context.Turn, context.Light);
        return new Outcome((int)big.H, ReferenceEquals(big.Reference, context.Light) && big.Sum - big.H == 7L * context.Turn + 21);
    }

    private static Outcome Large(CheckContext context)
    {
        int version = Patched.Large(context.Turn, out int sum);
        return new Outcome(version, sum == (byte)context.Turn * 40);
    }

    private static Outcome Switch(CheckContext context)
    {
        int n = context.Turn % 18, version = 0;
        string found = context.Note = Patched.Switch(n, ref version);
        string[] names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen"];
        return new Outcome(version, found == (n < 16 ? names[n] : "many"));
    }

    private static Outcome Floats(CheckContext context)
    {
        double found = Patched.Floats(context.Turn, out int version);
        double expected = version == 1 ? context.Turn * 1.5 + 0.25 : -(context.Turn * 2.75) + 1234.5678 + version;
        return new Outcome(version, found == expected);
    }

    private static Outcome Vectors(CheckContext context)
    {
        float found = Patched.Vectors(context.Turn & 0xFF, out int version);
        float expected = version == 1 ? (context.Turn & 0xFF) * 10 : (context.Turn & 0xFF) * 26 + 8;
        return new Outcome(version, found == expected);
    }

    private static Outcome Boxed(CheckContext context)
    {
        IRule boxed = new Meter { Factor = context.Turn & 0xFF };
        int found = boxed.Rate(7);
        return new Outcome(found >> 16, (found & 0xFFFF) == (context.Turn & 0xFF) * 7);
    }

    private static Outcome Iterated(CheckContext context)
    {
        int sum = 0, version = 0;
        foreach ((int from, int value) in Patched.Iterated(context.Turn, 4))
        {
            sum += value;
            version = from;
        }
        return new Outcome(version, sum == 4 * context.Turn + 6);
    }

    private static Outcome Captured(CheckContext context)
    {
        int found = Patched.Captured(context.Turn & 0xFF, [1, 2, 3, 4]);
        return new Outcome(found >> 16, (found & 0xFFFF) == (context.Turn & 0xFF) * 4 + 10);
    }

    private static Outcome Overridden(CheckContext context)
    {
        object overriding = context.Turn % 2 == 0 ? new Overriding { Number = context.Turn } : new Overriding { Number = 7 };
        string found = overriding.ToString();
        return new Outcome(found[1] - '0', found.EndsWith(":" + (context.Turn % 2 == 0 ? context.Turn : 7), StringComparison.Ordinal));
    }

    private static Outcome Native(CheckContext context)
    {
        // The C library calls back into code that may be patched.
        int* numbers = stackalloc int[] { 5, 3, 9, context.Turn };
        QSort(numbers, 4, sizeof(int), &Patched.Compare);
        return new Outcome(Harness.ComparedBy, numbers[0] <= numbers[1] && numbers[1] <= numbers[2] && numbers[2] <= numbers[3]);
    }

    private static Outcome Faults(CheckContext context)
    {
        // Faults that the processor finds and that helpers of the runtime find, in code that may be patched.
        int kind = context.Turn % 9;
        string caught = context.Note = Patched.Faults(kind, kind == 8 ? 0 : 1, context.Light, out int version);
        string[] expected =
        [
            nameof(NullReferenceException), nameof(NullReferenceException), nameof(NullReferenceException), nameof(DivideByZeroException), nameof(OverflowException),
            nameof(IndexOutOfRangeException), nameof(InvalidCastException), nameof(ArrayTypeMismatchException), nameof(NullReferenceException),
        ];
        return new Outcome(version, caught == expected[kind]);
    }

    private static Outcome Interior(CheckContext context)
    {
        int[] numbers = new int[100];
        int version = Patched.Interior(numbers, context.Turn);
        return new Outcome(version, numbers[50] == context.Turn && numbers[99] == context.Turn + 1 && numbers[0] == 7);
    }

    private static Outcome Arrays(CheckContext context)
    {
        object boxed = Patched.Arrays(context.Turn, context.Light, out Array array, out int version);
        context.Sink.Add(boxed);
        context.Sink.Add(array);
        return new Outcome(version, version == 1 ? boxed is int && array is int[] : boxed is not int && boxed is ValueType && array.Rank == 2 && array.Length == 6 && array.GetValue(1, 2) is Payload payload && payload == context.Light);
    }

    private static Outcome Finalized(CheckContext context)
    {
        int version = Patched.Finalized(context.Turn);
        if (context.Turn % 64 == 11)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return new Outcome(version, true);
    }

    private static Outcome Walked(CheckContext context)
    {
        string trace = context.Note = Patched.Walked(out int version);
        return new Outcome(version, trace.Contains("at Checks.Walked", StringComparison.Ordinal));
    }

    [DllImport("libc", EntryPoint = "qsort")]
    private static extern void QSort(void* items, nuint count, nuint size, delegate* unmanaged[Cdecl]<void*, void*, int> compare);
}

/// <summary>Called through an interface on a box, so through an unboxing stub.</summary>
struct Meter : IRule
{
    public int Factor;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public readonly int Rate(int n) => Patched.Meter(Factor, n);

    public readonly int Other(int n) => n;
}
