namespace Gauntlet;

/// <summary>Small methods that the just-in-time compiler puts into their callers.</summary>
public static class Small
{
    public static string Leaf() => "v2";

    public static string Value<T>(T item) => "v2:" + item;

    public static string First() => "v2";

    public static string Second() => "v2";

    public static string Spun() => "v2";
}

public sealed class Gauge
{
    private readonly int _level = 4;

    public string Level => "v2 <" + _level + ">";
}

public interface IRule
{
    string Apply(int number);
}

public sealed class OnlyRule : IRule
{
    public string Apply(int number) => "v2 rule " + (number + 1);
}
