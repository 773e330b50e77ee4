namespace Gauntlet;

/// <summary>Small methods that the just-in-time compiler puts into their callers.</summary>
public static class Small
{
    public static string Leaf() => "v1";

    public static string Value<T>(T item) => "v1" + item;

    public static string First() => "v1";

    public static string Second() => "v1";

    public static string Spun() => "v1";
}

public sealed class Gauge
{
    private readonly int _level = 4;

    public string Level => "v1 " + _level;
}

public interface IRule
{
    string Apply(int number);
}

public sealed class OnlyRule : IRule
{
    public string Apply(int number) => "v1 rule " + number;
}
