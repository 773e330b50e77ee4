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
            if (before is MethodDefinition { IsConstructor: true, IsStatic: true, DeclaringType.Name: not "<Module>" }) CallsChanged((MethodDefinition)after, comparison);
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

    /// <summary>Follows direct calls only: what a delegate or an override does later is not part of the initialiser.</summary>
    private static void CallsChanged(MethodDefinition @new, Comparison comparison)
    {
        var model = comparison.Match.New;
        var changed = comparison.Edits.Where(e => e.Kind == EditKind.MethodBodyChanged).Select(e => e.Identity.Key).ToHashSet(StringComparer.Ordinal);
        if (changed.Count == 0 || changed.Contains(MetadataNames.Key(@new))) return;
        var seen = new HashSet<MethodDefinition> { @new };
        var queue = new Queue<MethodDefinition>(seen);
        while (queue.TryDequeue(out var method))
        {
            foreach (var called in model.References(method).OfType<MethodDefinition>())
            {
                if (called.IsVirtual || AssemblyModel.Generated(called).Kind == GeneratedKind.Lambda || !seen.Add(called)) continue;
                if (changed.Contains(MetadataNames.Key(called)))
                {
                    comparison.Warn(EditDiagnostics.InitialiserCallsChanged, comparison.Where(@new), comparison.Name(@new), comparison.Name(called));
                    return;
                }
                queue.Enqueue(called);
            }
        }
    }
}
