namespace Gauntlet.Library;

/// <summary>Small methods that end up inside their callers, in this assembly and in others.</summary>
public static class Common
{
    public static string Leaf() => "v2";

    public static string Rate(int quantity) => quantity >= 10 ? "v2 bulk" : Single(quantity);

    public static string Added(int quantity) => new AddedInLibrary(quantity).Text;

    private static string Single(int quantity) => "v2 single " + quantity;
}

public class AddedInLibrary(int quantity)
{
    public string Text => "v2 library " + quantity;
}

public class Entity
{
    private protected int _id = 7;

    public virtual string Name() => "v2 entity " + (_id + 1);

    internal string Internal() => "v2 internal " + _id * 2;
}

public struct Amount(int cents)
{
    private int _cents = cents;

    public readonly int Cents => _cents;

    public readonly string Text => "v2 " + _cents / 100 + "." + _cents % 100;

    public void Add(int cents) => _cents += 2 * cents;
}

public static class Sequence<T>
{
    public static string Describe(T item) => "v2 " + item + " of " + typeof(T).Name;
}
