using System.Collections.Immutable;

namespace HotpatchBuild.Tests.Edits.Random;

/// <summary>What an expression can refer to.</summary>
internal sealed record Scope(ProgramModel Program, World World)
{
    /// <summary>The object that the code runs on.</summary>
    public Instance? This { get; init; }

    /// <summary>The function inside the one that runs: its parameter and what it returns.</summary>
    public (string Parameter, Expression Body)? Local { get; init; }

    private ImmutableDictionary<string, long> Variables { get; init; } = ImmutableDictionary<string, long>.Empty;

    public long this[string variable] => Variables[variable];

    /// <summary>The scope with a variable set.</summary>
    public Scope And(string variable, long value) => this with { Variables = Variables.SetItem(variable, value) };

    /// <summary>As <c>Values.Mix</c> of the generated programs.</summary>
    public static long Mix(IEnumerable<long> values) => values.Aggregate(17L, (mixed, value) => unchecked(mixed * 31 + value));
}
