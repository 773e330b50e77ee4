namespace Gauntlet.Library;

/// <summary>Not changed by any fix; what it calls is.</summary>
public static class Callers
{
    public static string First() => "first " + Second();

    public static string Second() => "second " + Third();

    public static string Third() => "third " + Common.Leaf();

    public static string CallInternal(Entity entity) => entity.Internal();
}

/// <summary>What a plug-in offers.</summary>
public interface IPlugin
{
    string Greet(string name);

    string Shared();

    Func<int, string> Handler { get; }
}
