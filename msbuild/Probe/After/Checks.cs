using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace HotpatchProbe;

/// <summary>A type that the baseline does not have.</summary>
internal sealed class Circle(int radius) : Shape, IScored
{
    public override int Area() => 3 * radius * radius;

    public override string Name => "circle";

    public int Score(int factor) => radius + factor;
}

/// <summary>The checks behind the patch: each does in a new frame what patches do, and says "new" only when all of it came out right.</summary>
internal static class Checks
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Literal() => "a literal that only the patch has".Length == 33 ? "new" : "another literal";

    // Objects that only this frame refers to, one of them through the middle of an array, survive compacting collections.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Collection()
    {
        var first = new Node("first", new Node("second", null));
        Node[] nodes = Shared.Nodes(64);
        ref Node inside = ref nodes[7];
        string joined = string.Concat(first.Name, "-", nodes.Length.ToString());
        for (int i = 0; i < nodes.Length; i++)
            nodes[i] = new Node(i.ToString(), first);
        for (int round = 0; round < 3; round++)
        {
            Shared.Collect();
            if (first.Next!.Name != "second" || inside.Name != "7" || inside.Next != first || joined != "first-64")
                return "an object was lost";
        }
        return nodes[63].Name == "63" ? "new" : "an array was lost";
    }

    // Thrown by old code, filtered, finally-ed and caught in this frame.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Exceptions()
    {
        int done = 0;
        try
        {
            try
            {
                Shared.Throw(7);
            }
            finally
            {
                done++;
            }
        }
        catch (ProbeException e) when (e.Code == 8)
        {
            return "the wrong filter took it";
        }
        catch (ProbeException e) when (e.Code == 7)
        {
            done++;
        }
        return done == 2 ? "new" : "a handler did not run";
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Raise(int code)
    {
        Shared.Collect();
        throw new ProbeException(code);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string StackTrace()
    {
        try
        {
            Shared.Throw(9);
            return "nothing was thrown";
        }
        catch (ProbeException e)
        {
            return Shared.IsTraced(e, "Throw") ? "new" : "the stack trace is wrong";
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string NewType()
    {
        List<Shape> shapes = Shared.Shapes();
        shapes.Add(new Circle(2));
        Shared.Collect();
        int area = 0;
        for (int i = 0; i < shapes.Count; i++)
            area += shapes[i].Area();
        return area == 25 && Shared.AreaOf(shapes[4]) == 12 && shapes[4].Name == "circle" && Shared.NameOf(shapes[4]) == "circle" && shapes[0] is not Circle && shapes[4] is Circle ? "new" : "a virtual call went wrong";
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string InterfaceDispatch()
    {
        IScored square = Shared.Scored(4), circle = new Circle(5);
        int sum = 0;
        for (int i = 0; i < 10; i++)
            sum += square.Score(2) + circle.Score(2);
        return sum == 150 && Shared.ScoreOf(circle) == 8 && Shared.ScoreOf(square) == 12 && circle is Circle ? "new" : "an interface call went wrong";
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Statics()
    {
        Shared.Kept = new Node("kept", null);
        Shared.Count = 3;
        Shared.Collect();
        return Shared.Kept is { Name: "kept" } && Shared.Count == 3 ? "new" : "a static field went wrong";
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string ThreadStatic()
    {
        Shared.Calls = 41;
        Shared.Collect();
        Shared.Calls++;
        return Shared.Calls == 42 && Shared.CallsOfAnotherThread() == 0 ? "new" : "a thread static went wrong";
    }
}
