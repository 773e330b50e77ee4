using System.Collections.Frozen;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Which element of the baseline is which of the new revision, by <see cref="ElementIdentity.Key"/>. Equal keys need not be the same
/// element: the compiler numbers generated elements anew.</summary>
internal sealed class ElementMap
{
    private readonly FrozenDictionary<string, string> newOfOld;
    private readonly FrozenDictionary<string, string> oldOfNew;

    internal ElementMap(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        newOfOld = pairs.ToFrozenDictionary(StringComparer.Ordinal);
        oldOfNew = newOfOld.ToFrozenDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);
        Renamed = [.. newOfOld.Where(p => p.Key != p.Value).OrderBy(p => p.Key, StringComparer.Ordinal)];
    }

    /// <summary>All elements that both revisions have (baseline's key, new revision's key).</summary>
    public IEnumerable<KeyValuePair<string, string>> Pairs => newOfOld;

    /// <summary>Elements whose names differ (baseline's key, new revision's key).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Renamed { get; }

    /// <summary>The new revision's key of a baseline element; null where it is removed.</summary>
    public string? NewOf(string oldKey) => newOfOld.GetValueOrDefault(oldKey);

    /// <summary>The baseline's key of an element of the new revision; null where it is added.</summary>
    public string? OldOf(string newKey) => oldOfNew.GetValueOrDefault(newKey);
}
