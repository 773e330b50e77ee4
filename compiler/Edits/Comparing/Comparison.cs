using System.Collections.Immutable;
using Mono.Cecil;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>What the phases of a comparison share: both revisions, the partners, and the edits and diagnostics found so far.</summary>
internal sealed class Comparison(ElementMatch match, EditPolicy policy)
{
    private readonly List<Edit> edits = [];
    private readonly List<EditDiagnostic> diagnostics = [];
    private readonly List<FoldedValue> folded = [];
    private readonly DisplayNames oldNames = new(match.Old);
    private readonly DisplayNames newNames = new(match.New);
    private readonly Locations oldLocations = new(match.Old);
    private readonly Locations newLocations = new(match.New);

    private RunOnce? runOnce;

    /// <summary>The partners.</summary>
    public ElementMatch Match { get; } = match;

    /// <summary>What the engine can do.</summary>
    public EditPolicy Policy { get; } = policy;

    /// <summary>The edits found so far, by source position.</summary>
    public ImmutableArray<Edit> Edits =>
        [.. edits.OrderBy(e => e.Where?.File, StringComparer.Ordinal).ThenBy(e => e.Where?.Line).ThenBy(e => e.Where?.Column).ThenBy(e => e.Kind).ThenBy(e => e.Identity.Key, StringComparer.Ordinal)];

    /// <summary>The diagnostics found so far, refusals first, then by source position.</summary>
    public ImmutableArray<EditDiagnostic> Diagnostics =>
        [.. diagnostics.Distinct().OrderByDescending(d => d.Severity).ThenBy(d => d.Failure.Where?.File, StringComparer.Ordinal).ThenBy(d => d.Failure.Where?.Line).ThenBy(d => d.Failure.Id, StringComparer.Ordinal)];

    /// <summary>Values found so far that other assemblies may have compiled in.</summary>
    public ImmutableArray<FoldedValue> FoldedValues => [.. folded];

    /// <summary>What of the new revision runs once.</summary>
    public RunOnce RunOnce => runOnce ??= new RunOnce(Match.New, m => Match.New.Module.EntryPoint is null && IsVisible(m));

    /// <summary>True when code outside of what is patched can use an element.</summary>
    public bool IsVisibleOutside(IMemberDefinition element)
    {
        if (Policy.ClosedWorld || Match.New.Module.EntryPoint is not null) return false;
        return IsVisible(element);
    }

    /// <summary>Friends that are in no process that serves anybody: tests, and what mocks are made in.</summary>
    private static bool IsForTests(string friend) =>
        friend.Split(',')[0].Trim().Split('.') is var parts
        && parts.Any(p => p is "DynamicProxyGenAssembly2" or "Benchmark" or "Benchmarks" || p.EndsWith("Test", StringComparison.OrdinalIgnoreCase) || p.EndsWith("Tests", StringComparison.OrdinalIgnoreCase));

    private bool IsVisible(IMemberDefinition element)
    {
        bool friends = Match.Old.Module.Assembly.CustomAttributes.Any(a => a.AttributeType.FullName == "System.Runtime.CompilerServices.InternalsVisibleToAttribute"
            && !(Policy.StaysInOldTypes && a.ConstructorArguments is [{ Value: string friend }] && IsForTests(friend)));
        for (IMemberDefinition? at = element; at is not null; at = at.DeclaringType)
        {
            bool visible = at switch
            {
                TypeDefinition { IsNested: false } type => type.IsPublic || friends,
                TypeDefinition type => type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamilyOrAssembly || (friends && (type.IsNestedAssembly || type.IsNestedFamilyAndAssembly)),
                MethodDefinition m => m.IsPublic || m.IsFamily || m.IsFamilyOrAssembly || (friends && (m.IsAssembly || m.IsFamilyAndAssembly)),
                FieldDefinition f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly || (friends && (f.IsAssembly || f.IsFamilyAndAssembly)),
                _ => true,
            };
            if (!visible) return false;
        }
        return true;
    }

    /// <summary>The name of an element of the new revision.</summary>
    public string Name(IMemberDefinition @new) => newNames.Of(@new);

    /// <summary>The name of an element of the baseline.</summary>
    public string OldName(IMemberDefinition old) => oldNames.Of(old);

    /// <summary>Where an element of the new revision stands.</summary>
    public SourceLocation? Where(IMemberDefinition @new) => newLocations.Of(@new)?.Where;

    /// <summary>The first statement of the new revision in which a method differs, or its first line.</summary>
    public SourceLocation? WhereDiffering(MethodDefinition old, MethodDefinition @new)
    {
        if (!old.HasBody || !@new.HasBody) return Where(@new);
        var before = BodyText.Instructions(old, Match.OldText, _ => 0);
        var after = BodyText.Instructions(@new, Match.NewText, _ => 0);
        var at = @new.Body.Instructions.Zip(old.Body.Instructions).FirstOrDefault(p => after[p.First] != before[p.Second]).First
            ?? @new.Body.Instructions.ElementAtOrDefault(old.Body.Instructions.Count);
        return at is null ? Where(@new) : Match.New.Source.OfInstruction(@new.MetadataToken.ToInt32(), at.Offset) ?? Where(@new);
    }

    /// <summary>Where an element of the baseline stood.</summary>
    public SourceLocation? OldWhere(IMemberDefinition old) => oldLocations.Of(old)?.Where;

    /// <summary>Records an element of the new revision that the baseline does not have.</summary>
    public void Added(EditKind kind, IMemberDefinition @new, bool noOp = false, string detail = "") => Record(kind, null, @new, noOp, detail);

    /// <summary>Records an element of the baseline that the new revision does not have.</summary>
    public void Removed(EditKind kind, IMemberDefinition old, bool noOp = false, string detail = "") => Record(kind, old, null, noOp, detail);

    /// <summary>Records an element that differs.</summary>
    public void Changed(EditKind kind, IMemberDefinition old, IMemberDefinition @new, bool noOp = false, string detail = "") => Record(kind, old, @new, noOp, detail);

    /// <summary>Records something about the assembly as a whole.</summary>
    public void Assembly(EditKind kind, string name, bool noOp = false, string detail = "")
    {
        var identity = new ElementIdentity(ElementKind.Assembly, Match.New.Name, "", "", name, "");
        bool removed = kind is EditKind.ResourceRemoved or EditKind.ReferenceRemoved, added = kind is EditKind.ResourceAdded or EditKind.ReferenceAdded;
        edits.Add(new(kind, name, added ? null : identity, removed ? null : identity, null, 0, 0, noOp, detail));
    }

    /// <summary>Refuses an edit.</summary>
    public void Refuse(DiagnosticDescriptor descriptor, SourceLocation? where, params ReadOnlySpan<object?> arguments) =>
        diagnostics.Add(new(EditSeverity.Refusal, descriptor.At(where, arguments)));

    /// <summary>Notes a constant or method with a changed default value for the look at other assemblies, where they can name it at all.</summary>
    public void Folded(IMemberDefinition @new, string detail)
    {
        if (IsVisible(@new))
            folded.Add(new(@new is FieldDefinition, @new.DeclaringType.FullName, @new.Name, (@new as MethodDefinition)?.Parameters.Count ?? 0, Name(@new), detail, Where(@new)));
    }

    /// <summary>Warns about an edit.</summary>
    public void Warn(DiagnosticDescriptor descriptor, SourceLocation? where, params ReadOnlySpan<object?> arguments) =>
        diagnostics.Add(new(EditSeverity.Warning, descriptor.At(where, arguments)));

    private void Record(EditKind kind, IMemberDefinition? old, IMemberDefinition? @new, bool noOp, string detail)
    {
        var lines = @new is not null ? newLocations.Of(@new) : oldLocations.Of(old!);
        edits.Add(new(
            kind, @new is not null ? newNames.Of(@new) : oldNames.Of(old!),
            old is null ? null : MetadataNames.Identity(old), @new is null ? null : MetadataNames.Identity(@new),
            lines?.Where, lines?.FirstLine ?? 0, lines?.LastLine ?? 0, noOp, detail));
    }
}
