using System.Collections.Frozen;
using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>How much a diagnostic about an edit weighs.</summary>
internal enum EditSeverity
{
    /// <summary>The edit can be patched, but the developer has to know something about its effect.</summary>
    Warning = 1,

    /// <summary>The edit cannot be patched: no delta.</summary>
    Refusal = 2,
}

/// <summary>What is to be said about an edit.</summary>
/// <param name="Severity">How much it weighs.</param>
/// <param name="Failure">Number, words and place.</param>
internal sealed record EditDiagnostic(EditSeverity Severity, Failure Failure);

/// <summary>Everything that differs between two revisions of one assembly.</summary>
internal sealed class EditSet
{
    internal EditSet(
        string assembly, ImmutableArray<Edit> edits, ImmutableArray<EditDiagnostic> diagnostics, ElementMap elements,
        ReferenceGraph oldGraph, ReferenceGraph newGraph, FrozenSet<string> changedOld, FrozenSet<string> changedNew)
    {
        Assembly = assembly;
        Edits = edits;
        Diagnostics = diagnostics;
        Elements = elements;
        OldGraph = oldGraph;
        NewGraph = newGraph;
        ChangedOld = changedOld;
        ChangedNew = changedNew;
        Refusals = [.. diagnostics.Where(d => d.Severity == EditSeverity.Refusal).Select(d => d.Failure)];
        Warnings = [.. diagnostics.Where(d => d.Severity == EditSeverity.Warning).Select(d => d.Failure)];
    }

    /// <summary>Simple name of the assembly.</summary>
    public string Assembly { get; }

    /// <summary>The edits, by source position.</summary>
    public ImmutableArray<Edit> Edits { get; }

    /// <summary>Refusals and warnings, by source position.</summary>
    public ImmutableArray<EditDiagnostic> Diagnostics { get; }

    /// <summary>Why no delta can be made; empty when it can as far as IL tells.</summary>
    public ImmutableArray<Failure> Refusals { get; }

    /// <summary>What the developer has to know about a delta.</summary>
    public ImmutableArray<Failure> Warnings { get; }

    /// <summary>Values that changed and that code of other assemblies, if there is any, has compiled in. Empty where such edits are refused.</summary>
    public ImmutableArray<FoldedValue> Folded { get; init; } = [];

    /// <summary>Which element of the baseline is which of the new revision.</summary>
    public ElementMap Elements { get; }

    /// <summary>What the baseline's methods refer to.</summary>
    public ReferenceGraph OldGraph { get; }

    /// <summary>What the new revision's methods refer to.</summary>
    public ReferenceGraph NewGraph { get; }

    /// <summary>Keys of the baseline's elements that are changed or removed, members of removed types included.</summary>
    public FrozenSet<string> ChangedOld { get; }

    /// <summary>Keys of the new revision's elements that are changed or added, members of added types and types that are constructed
    /// for the first time included.</summary>
    public FrozenSet<string> ChangedNew { get; }

    /// <summary>True when a running process would notice any of the edits.</summary>
    public bool HasEffect => Edits.Any(e => !e.NoOp);

    /// <summary>Whether a difference in the compiled code of a method with unchanged IL follows from the edits: whether it reaches a changed element.</summary>
    /// <param name="method">Key in the new revision.</param>
    public bool Explains(string method)
    {
        if (NewGraph.Reaches(method, ChangedNew)) return true;
        var old = Elements.OldOf(method);
        return old is not null && OldGraph.Reaches(old, ChangedOld);
    }
}
