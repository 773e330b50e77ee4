using System.Collections.Frozen;
using Mono.Cecil;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>Compares two revisions of an assembly element by element, and decides what of it cannot be patched.</summary>
internal static class AssemblyComparison
{
    /// <summary>Compares two revisions.</summary>
    /// <param name="baseline">The revision that runs.</param>
    /// <param name="target">The revision that the delta leads to.</param>
    /// <param name="policy">What the engine can do; null for the least.</param>
    /// <exception cref="HotpatchException">One of them is not an assembly, or they are not revisions of one assembly.</exception>
    public static EditSet Compare(AssemblyRevision baseline, AssemblyRevision target, EditPolicy? policy = null)
    {
        using var open = Open(baseline, target, policy);
        return open.Edits;
    }

    /// <summary>Compares two revisions for somebody who goes on to work with their definitions.</summary>
    /// <param name="baseline">The revision that runs.</param>
    /// <param name="target">The revision that the delta leads to.</param>
    /// <param name="policy">What the engine can do; null for the least.</param>
    /// <exception cref="HotpatchException">One of them is not an assembly, or they are not revisions of one assembly.</exception>
    public static OpenComparison Open(AssemblyRevision baseline, AssemblyRevision target, EditPolicy? policy = null)
    {
        var old = Reading("baseline", () => AssemblyModel.Read(baseline));
        AssemblyModel? @new = null;
        bool open = false;
        try
        {
            @new = Reading("new", () => AssemblyModel.Read(target));
            if (old.Name != @new.Name) throw new HotpatchException(EditDiagnostics.OtherAssembly.With(old.Name, @new.Name));
            var compared = Reading("baseline or new", () => Compare(old, @new, policy ?? EditPolicy.Default));
            open = true;
            return compared;
        }
        finally
        {
            if (!open)
            {
                old.Dispose();
                @new?.Dispose();
            }
        }
    }

    private static OpenComparison Compare(AssemblyModel old, AssemblyModel @new, EditPolicy policy)
    {
        var comparison = new Comparison(ElementMatcher.Match(old, @new, policy), policy);
        if (!old.Source.Found) comparison.Warn(EditDiagnostics.NoSymbols, null, "baseline");
        if (!@new.Source.Found) comparison.Warn(EditDiagnostics.NoSymbols, null, "new");

        AssemblyLevelComparer.Run(comparison);
        TypeComparer.Run(comparison);
        FieldComparer.Run(comparison);
        MethodComparer.Run(comparison);
        GeneratedComparer.Run(comparison);
        // What follows from an edit in compiled code is a question about native programs; of others, only values that the runtime folds.
        bool reached = !policy.StaysInOldTypes || policy.FollowsCompiledCode || comparison.Match.Pairs.Any(p => p is (FieldDefinition { IsStatic: true, IsInitOnly: true }, FieldDefinition { IsInitOnly: false }));
        var (oldGraph, newGraph) = reached ? (ReferenceGraph.Of(old), ReferenceGraph.Of(@new)) : (ReferenceGraph.None, ReferenceGraph.None);
        // Behind the others: it asks which methods changed.
        StaticStateComparer.Run(comparison, oldGraph, newGraph);
        if (policy.StaysInOldTypes) UnfoundComparer.Run(comparison);
        TransitionComparer.Run(comparison);

        var elements = new ElementMap(comparison.Match.Pairs.Select(p => KeyValuePair.Create(MetadataNames.Key(p.Old), MetadataNames.Key(p.New))));
        var edits = comparison.Edits;
        return new OpenComparison(comparison.Match, new EditSet(
            @new.Name, edits, comparison.Diagnostics, elements, oldGraph, newGraph,
            ChangedKeys(edits.Select(e => e.Old), old, e => comparison.Match.NewOf(e) is null, []),
            ChangedKeys(edits.Select(e => e.New), @new, e => comparison.Match.OldOf(e) is null, FirstSeen(oldGraph, newGraph, elements))) { Folded = comparison.FoldedValues });
    }

    private static FrozenSet<string> ChangedKeys(IEnumerable<ElementIdentity?> edited, AssemblyModel model, Func<IMemberDefinition, bool> alone, IEnumerable<string> more)
    {
        var keys = edited.OfType<ElementIdentity>().Where(i => i.Kind != ElementKind.Assembly).Select(i => i.Key).Concat(more).ToHashSet(StringComparer.Ordinal);
        foreach (var type in model.Types)
        {
            if (alone(type)) keys.Add(MetadataNames.Key(type));
            foreach (var member in type.Methods.Cast<IMemberDefinition>().Concat(type.Fields).Where(alone)) keys.Add(MetadataNames.Key(member));
        }
        return keys.ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Types that are constructed, and static fields that are written, for the first time: a whole-program compiler folded code on that they were not.</summary>
    private static IEnumerable<string> FirstSeen(ReferenceGraph old, ReferenceGraph @new, ElementMap elements) =>
        @new.ConstructedTypes.Where(t => elements.OldOf(t) is not { } before || !old.ConstructedTypes.Contains(before))
            .Concat(@new.WrittenStatics.Where(f => elements.OldOf(f) is not { } before || !old.WrittenStatics.Contains(before)));

    /// <summary>Mono.Cecil tells damaged metadata in many ways; to the user it is one.</summary>
    private static T Reading<T>(string which, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or ArgumentException or InvalidOperationException or IndexOutOfRangeException
            or NullReferenceException or OverflowException or InvalidCastException or NotSupportedException or NotImplementedException or KeyNotFoundException or AssemblyResolutionException)
        {
            throw new HotpatchException(EditDiagnostics.UnreadableAssembly.With(which, e.Message.TrimEnd('.')), e);
        }
    }
}
