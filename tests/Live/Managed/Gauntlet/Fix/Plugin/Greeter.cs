using Gauntlet.Library;

namespace Gauntlet.Plugin;

public sealed class Greeter : IPlugin
{
    public Func<int, string> Handler { get; } = number => "v2 handles " + (number + 1);

    public string Greet(string name) => "v2 " + Polite(name) + Mark();

    public string Shared() => Callers.First();

    private static string Polite(string name) => "good day " + name;

    private static string Mark() => "!";
}
