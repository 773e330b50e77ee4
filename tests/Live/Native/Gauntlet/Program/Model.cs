using System.Runtime.CompilerServices;

/// <summary>What checks hand to code that may be patched; made and judged by code that never is.</summary>
public class Payload
{
    public int Id;
    public string Text;
    public Payload Next;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public virtual int Weight() => Id;
}

public sealed class HeavyPayload : Payload
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public override int Weight() => Id * 2;
}

public interface IRule
{
    int Rate(int n);

    int Other(int n);
}

public sealed class PlusOne : IRule
{
    public int Rate(int n) => n + 1;

    public int Other(int n) => n + 10;
}

public sealed class Twice : IRule
{
    public int Rate(int n) => n * 2;

    public int Other(int n) => n * 20;
}

public abstract class Shape
{
    public abstract int Sides { get; }

    public abstract string Name(int n);
}

public abstract class VisitedShape : Shape
{
    public abstract string Visit<T>(T value);
}

public class Square : VisitedShape
{
    public override int Sides => 4;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override string Name(int n) => "square" + n;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override string Visit<T>(T value) => "square:" + typeof(T).Name + ":" + value;
}

public sealed class Triangle : VisitedShape
{
    public override int Sides => 3;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override string Name(int n) => "triangle" + n;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override string Visit<T>(T value) => "triangle:" + typeof(T).Name + ":" + value;
}

/// <summary>Returned through a hidden pointer.</summary>
public struct Big
{
    public long A, B, C, D, E, F, G, H;
    public object Reference;

    public readonly long Sum => A + B + C + D + E + F + G + H;
}

/// <summary>A generic class for instantiations that the baseline does not have.</summary>
public sealed class Bag<T>(T[] items)
{
    private readonly T[] _items = items;

    public IEnumerable<T> Reversed()
    {
        for (int k = _items.Length - 1; k >= 0; k--)
            yield return _items[k];
    }
}

/// <summary>What a piece of code says about itself: the version that ran, and whether all it saw was right.</summary>
public readonly record struct Outcome(int Version, bool Right);
