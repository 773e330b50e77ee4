using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using HotpatchBuild.Tests.Edits.Building;
using HotpatchBuild.Tests.Edits.Format;
using HotpatchBuild.Tests.Edits.Random;
using HotpatchBuild.Tests.Edits.Running;
using Xunit.Abstractions;

namespace HotpatchBuild.Tests.Edits;

/// <summary>
/// Random programs and edits: the process that ran the old program, the one that was patched, a fresh one of the new build and the one that was rolled back print
/// what is predicted, or the edit is refused. 30 pairs for an engine; a nightly run takes HOTPATCH_RANDOM_PAIRS=500, from HOTPATCH_RANDOM_FIRST on, and with
/// HOTPATCH_RANDOM_REPORT=file writes what became of each.
/// </summary>
public abstract class RandomPairTests(ITestOutputHelper output)
{
    private static readonly int s_first = Setting("HOTPATCH_RANDOM_FIRST", 1000), s_pairs = Setting("HOTPATCH_RANDOM_PAIRS", 30);

    private protected void Run(IEngineUnderTest engine)
    {
        var outcomes = new ConcurrentDictionary<int, (RandomPair Pair, EditOutcome Outcome, string Wrong)>();
        for (int number = s_first; number < s_first + s_pairs; number++)
        {
            RandomPair pair = RandomPair.Of(number);
            EditOutcome outcome = EditRun.Of(engine, pair.Sources, Script.Default);
            outcomes[number] = (pair, outcome, Wrong(pair, outcome));
        }
        string report = Report(engine, [.. outcomes.OrderBy(o => o.Key).Select(o => o.Value)]);
        output.WriteLine(report);
        if (Environment.GetEnvironmentVariable("HOTPATCH_RANDOM_REPORT") is { Length: > 0 } file)
            File.WriteAllText($"{file}.{engine.Name}", report);
        Assert.True(outcomes.Values.All(o => o.Wrong.Length == 0), report);
        // Otherwise nothing has been shown.
        Assert.Contains(outcomes.Values, o => o.Outcome.Fate.Kind == FateKind.Patched && o.Pair.Before != o.Pair.Patched);
    }

    private static string Wrong(RandomPair pair, EditOutcome outcome)
    {
        if (outcome is not { Patched: { } process, Fresh: { } fresh })
            return outcome.Unsteady.Length > 0 ? outcome.Unsteady : "broken\n";
        var text = new StringBuilder(outcome.Unsteady);
        Compare("before", pair.Before, process.Before);
        Compare("patched", outcome.Fate.Kind == FateKind.Refused ? pair.Before : pair.Patched, process.After);
        Compare("rolled back", pair.Before, process.RolledBack);
        Compare("fresh", pair.Fresh, fresh.After);
        return text.ToString();

        void Compare(string when, string predicted, string actual)
        {
            string[] x = predicted.Split('\n'), y = actual.TrimEnd('\n').Split('\n');
            if (x.Length != y.Length)
                text.Append(CultureInfo.InvariantCulture, $"{when}: {y.Length} lines instead of {x.Length}\n");
            foreach (int line in Enumerable.Range(0, Math.Min(x.Length, y.Length)).Where(i => x[i] != y[i]).Take(5))
                text.Append(CultureInfo.InvariantCulture, $"{when}, line {line + 1}: {y[line]} instead of {x[line]}\n");
        }
    }

    private static string Report(IEngineUnderTest engine, IReadOnlyList<(RandomPair Pair, EditOutcome Outcome, string Wrong)> outcomes)
    {
        var text = new StringBuilder();
        int Count(FateKind kind) => outcomes.Count(o => o.Outcome.Fate.Kind == kind);
        text.Append(CultureInfo.InvariantCulture, $"{engine.Name}: {outcomes.Count} pairs, {Count(FateKind.Patched)} patched, {Count(FateKind.Refused)} refused, {Count(FateKind.Nothing)} without a change of code, ")
            .Append(CultureInfo.InvariantCulture, $"{outcomes.Count(o => o.Wrong.Length > 0)} wrong\n");
        foreach ((RandomPair pair, EditOutcome outcome, string wrong) in outcomes)
        {
            text.Append(CultureInfo.InvariantCulture, $"{pair.Number}: {outcome.Fate} ({string.Join("; ", pair.Edits)})\n");
            if (wrong.Length > 0)
            {
                text.Append(wrong);
                foreach (string message in outcome.Messages)
                    text.Append("  | ").Append(message).Append('\n');
            }
        }
        return text.ToString();
    }

    private static int Setting(string name, int value) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : value;
}

/// <summary>On live processes of CoreCLR.</summary>
public sealed class ManagedRandomPairs(ITestOutputHelper output) : RandomPairTests(output)
{
    [Fact]
    public void Print_what_is_predicted() => Run(EditResults.Managed);

    [Fact]
    public void Are_the_same_every_time() => Assert.Equal(RandomPair.Of(1003).Sources.After.Files, RandomPair.Of(1003).Sources.After.Files);
}

/// <summary>On live NativeAOT processes.</summary>
public sealed class NativeRandomPairs(ITestOutputHelper output) : RandomPairTests(output)
{
    [Fact]
    public void Print_what_is_predicted() => Run(EditResults.Native);
}
