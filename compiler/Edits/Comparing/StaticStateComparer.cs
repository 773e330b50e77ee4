using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Finds values that old code has computed or folded and that the edits change without touching that code.</summary>
internal static class StaticStateComparer
{
    /// <summary>Runs the phase.</summary>
    /// <param name="comparison">The edits found so far.</param>
    /// <param name="old">References of the baseline.</param>
    /// <param name="new">References of the new revision.</param>
    public static void Run(Comparison comparison, ReferenceGraph old, ReferenceGraph @new)
    {
        foreach (var (before, after) in comparison.Match.Pairs.ToArray())
        {
            if (before is FieldDefinition { IsStatic: true, HasConstant: false, RVA: 0 } field && !AssemblyModel.IsInGenerated(field.DeclaringType)) FirstWritten(field, (FieldDefinition)after, comparison, old, @new);
            if (before is MethodDefinition { IsConstructor: true, IsStatic: true, DeclaringType.Name: not "<Module>" } constructor) CallsChanged(constructor, (MethodDefinition)after, comparison);
        }
    }

    private static void FirstWritten(FieldDefinition old, FieldDefinition @new, Comparison comparison, ReferenceGraph oldGraph, ReferenceGraph newGraph)
    {
        // Code compiled once the initialiser has run holds the value of a read-only field, whatever compiler it was.
        bool folded = comparison.Policy.StaysInOldTypes && old.IsInitOnly;
        if (comparison.Policy.StaticsAreNotFolded && !folded) return;
        if (newGraph.WrittenStatics.Contains(MetadataNames.Key(@new)) && !oldGraph.WrittenStatics.Contains(MetadataNames.Key(old)))
            comparison.Refuse(folded ? EditDiagnostics.ReadOnlyWritten : EditDiagnostics.StaticFirstWritten, comparison.Where(@new), comparison.Name(@new));
    }

    /// <summary>Whether code that the baseline's static constructor ran is changed. The field values that came of it stay.</summary>
    private static void CallsChanged(MethodDefinition old, MethodDefinition @new, Comparison comparison)
    {
        var changed = comparison.Edits.Where(e => e is { Kind: EditKind.MethodBodyChanged, Old: not null }).Select(e => e.Old!.Key).ToHashSet(StringComparer.Ordinal);
        // A static constructor that is refused is said to differ already; one that only gains or loses fields is not.
        if (changed.Count == 0 || (changed.Contains(MetadataNames.Key(old)) && InitialiserSlices.OnlyOfOtherFields(old, @new, comparison.Match) is null)) return;
        if (InitialiserCalls.Of(old, comparison.Match.Old).FirstOrDefault(m => changed.Contains(MetadataNames.Key(m))) is { } called)
            comparison.Warn(EditDiagnostics.InitialiserCallsChanged, comparison.Where(@new), comparison.Name(@new), comparison.OldName(called));
    }
}
