using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>How much code two generated methods have in common.</summary>
internal static class SharedCode
{
    /// <summary>The lines of a method, its state machine's included, and how often each stands there.</summary>
    /// <param name="method">The method.</param>
    /// <param name="content">Writes the lines of its revision.</param>
    /// <param name="model">Its revision.</param>
    public static Dictionary<string, int> Lines(MethodDefinition method, ContentHash content, AssemblyModel model)
    {
        var lines = content.Lines(method);
        if (model.StateMachine(method) is { } machine) lines.AddRange(machine.Methods.SelectMany(content.Lines));
        return lines.CountBy(l => l).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>Share of lines that both have (Dice's coefficient): 0 none, 1 all.</summary>
    public static double Similarity(Dictionary<string, int> a, Dictionary<string, int> b)
    {
        int all = a.Values.Sum() + b.Values.Sum();
        return all == 0 ? 1 : 2.0 * a.Sum(line => Math.Min(line.Value, b.GetValueOrDefault(line.Key))) / all;
    }
}
