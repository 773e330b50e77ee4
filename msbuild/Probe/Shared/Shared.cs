using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;

namespace HotpatchProbe;

internal interface IScored
{
    int Score(int factor);
}

internal abstract class Shape
{
    public abstract int Area();

    public virtual string Name => "shape";
}

internal sealed class Square(int side) : Shape, IScored
{
    public override int Area() => side * side;

    public int Score(int factor) => side * factor;
}

internal sealed class Plank(int length) : Shape, IScored
{
    public override int Area() => length;

    public override string Name => "plank";

    public int Score(int factor) => length - factor;
}

internal sealed class Frame(int side) : Shape, IScored
{
    public override int Area() => side * side - 1;

    public override string Name => "frame";

    public int Score(int factor) => side;
}

internal sealed class Point : Shape, IScored
{
    public override int Area() => 0;

    public override string Name => "point";

    public int Score(int factor) => factor;
}

internal sealed class Node(string name, Node? next)
{
    public string Name { get; } = name;

    public Node? Next { get; } = next;
}

internal sealed class ProbeException(int code) : Exception("probe")
{
    public int Code { get; } = code;
}

/// <summary>What both versions have: the old code that new code works with.</summary>
internal static class Shared
{
    [ThreadStatic]
    public static int Calls;

    public static Node? Kept;

    public static int Count;

    // A static field that the baseline never writes is a constant to the compiler, and a patch that writes it is refused.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Reset() => (Calls, Kept, Count) = (0, null, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Allocate(int count)
    {
        Node? last = null;
        for (int i = 0; i < count; i++)
            last = new Node(i.ToString(), i % 100 == 0 ? null : last);
        return last is null ? 0 : last.Name.Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Collect()
    {
        Allocate(2000);
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int AreaOf(Shape shape) => shape.Area();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int ScoreOf(IScored scored) => scored.Score(3);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static List<Shape> Shapes()
    {
        var shapes = new List<Shape>();
        shapes.Add(new Square(2));
        shapes.Add(new Plank(9));
        shapes.Add(new Frame(1));
        shapes.Add(new Point());
        return shapes;
    }

    /// <summary>Uses what patches use, so that ILC, which leaves out what nobody uses, prepares it: virtual and interface calls with several targets, a list of objects.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Warm()
    {
        List<Shape> shapes = Shapes();
        int sum = ScoreOf(Scored(1)) + ScoreOf(new Plank(2)) + ScoreOf(new Frame(3)) + ScoreOf(new Point()) + Nodes(3).Length + Allocate(10);
        for (int i = 0; i < shapes.Count; i++)
            sum += AreaOf(shapes[i]) + NameOf(shapes[i]).Length;
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string NameOf(Shape shape) => shape.Name;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Node[] Nodes(int count) => new Node[count];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static IScored Scored(int side) => new Square(side);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Throw(int code) => throw new ProbeException(code);

    /// <summary>Old code catches what new code throws.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string CatchFromCheck()
    {
        try
        {
            Checks.Raise(5);
            return "old";
        }
        catch (ProbeException e) when (e.Code == 5)
        {
            return "new";
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CallsOfAnotherThread()
    {
        int calls = -1;
        var thread = new Thread(() => calls = Calls);
        thread.Start();
        thread.Join();
        return calls;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsTraced(Exception e, string method) => e.StackTrace is { } trace && trace.Contains(method, StringComparison.Ordinal);
}
