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
    public static List<Shape> Shapes() => [new Square(2), new Square(3)];

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
