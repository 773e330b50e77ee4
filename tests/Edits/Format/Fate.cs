using System.Collections.Immutable;

namespace HotpatchBuild.Tests.Edits.Format;

/// <summary>What becomes of an edit.</summary>
public enum FateKind
{
    /// <summary>There is a delta, and the process takes it.</summary>
    Patched,

    /// <summary>There is no delta, or the process does not take it, by number.</summary>
    Refused,

    /// <summary>No code is changed, so there is no delta.</summary>
    Nothing,

    /// <summary>Something broke on the way, and nobody knows; no edit is expected to do that.</summary>
    Broken,
}

/// <summary>What becomes of an edit under one engine.</summary>
/// <param name="Kind">What.</param>
/// <param name="Ids">Numbers of a refusal, ascending, each once.</param>
public sealed record Fate(FateKind Kind, ImmutableArray<string> Ids)
{
    public static readonly Fate Patched = new(FateKind.Patched, []);

    public static readonly Fate Nothing = new(FateKind.Nothing, []);

    public static readonly Fate Broken = new(FateKind.Broken, []);

    public static Fate Refused(IEnumerable<string> ids) => new(FateKind.Refused, [.. ids.Distinct().Order(StringComparer.Ordinal)]);

    public bool Equals(Fate? other) => other is not null && Kind == other.Kind && Ids.SequenceEqual(other.Ids);

    public override int GetHashCode() => HashCode.Combine(Kind, Ids.Length);

    /// <summary>As a catalogue file has it.</summary>
    public override string ToString() => string.Join(' ', Ids.Prepend(Kind.ToString().ToLowerInvariant()));
}

/// <summary>What the catalogue says of an edit under one engine.</summary>
/// <param name="Fate">What becomes of it.</param>
/// <param name="Why">One sentence on it; empty where nothing is said.</param>
public sealed record ExpectedFate(Fate Fate, string Why);
