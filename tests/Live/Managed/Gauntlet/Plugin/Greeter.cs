using Gauntlet.Library;

namespace Gauntlet.Plugin;

public sealed class Greeter : IPlugin
{
    public Func<int, string> Handler { get; } = number => "v1 handles " + number;

    public string Greet(string name) => "v1 " + Polite(name);

    public string Shared() => Callers.First();

    private static string Polite(string name) => "hello " + name;
}
