namespace Gauntlet.Library;

/// <summary>Small methods that end up inside their callers, in this assembly and in others.</summary>
public static class Common
{
    public static string Leaf() => "v1";

    public static string Rate(int quantity) => quantity > 10 ? "v1 bulk" : "v1 single";
}

public class Entity
{
    private protected int _id = 7;

    public virtual string Name() => "v1 entity " + _id;

    internal string Internal() => "v1 internal " + _id;
}

public struct Amount(int cents)
{
    private int _cents = cents;

    public readonly int Cents => _cents;

    public readonly string Text => "v1 " + _cents;

    public void Add(int cents) => _cents += cents;
}

public static class Sequence<T>
{
    public static string Describe(T item) => "v1 " + typeof(T).Name + " " + item;
}
