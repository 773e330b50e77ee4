using Mono.Cecil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>A closure or state machine that both revisions have, but whose instances of the baseline the new code could not use.</summary>
/// <param name="Old">The baseline's type.</param>
/// <param name="New">The new revision's type.</param>
/// <param name="Reason">What differs, as a clause.</param>
/// <param name="Suspension">True when suspension points differ, false when fields do.</param>
internal sealed record GeneratedConflict(TypeDefinition Old, TypeDefinition New, string Reason, bool Suspension);

/// <summary>Which element of the baseline is which of the new revision.</summary>
internal sealed class ElementMatch : IElementNaming
{
    private readonly Dictionary<IMemberDefinition, IMemberDefinition> newOf = [];
    private readonly Dictionary<IMemberDefinition, IMemberDefinition> oldOf = [];

    /// <param name="old">The baseline.</param>
    /// <param name="new">The new revision.</param>
    public ElementMatch(AssemblyModel old, AssemblyModel @new)
    {
        (Old, New) = (old, @new);
        OldText = new MetadataText(this);
    }

    /// <summary>The baseline.</summary>
    public AssemblyModel Old { get; }

    /// <summary>The new revision.</summary>
    public AssemblyModel New { get; }

    /// <summary>Writes the baseline's references under the names that their elements have in the new revision; what is removed under a name that nothing there has.</summary>
    public MetadataText OldText { get; }

    /// <summary>Writes the new revision's references.</summary>
    public MetadataText NewText => MetadataText.Raw;

    /// <summary>Generated types that would be the same but for their layout or suspension points.</summary>
    public List<GeneratedConflict> Conflicts { get; } = [];

    /// <summary>Lambdas of the new revision that could be the partner of more than one of the baseline, and why.</summary>
    public List<(MethodDefinition Lambda, string Reason)> Ambiguous { get; } = [];

    /// <summary>Code of static constructors that gives added static fields their values, in the order of the code, where nothing else of the constructor differs:
    /// the delta runs it when the field is first used, and the old constructor stays what it is.</summary>
    public List<AddedInitialiser> AddedInitialisers { get; } = [];

    /// <summary>All pairs.</summary>
    public IEnumerable<(IMemberDefinition Old, IMemberDefinition New)> Pairs => newOf.Select(p => (p.Key, p.Value));

    /// <summary>The element in the new revision; null where it is removed.</summary>
    public T? NewOf<T>(T old) where T : class, IMemberDefinition => newOf.GetValueOrDefault(old) as T;

    /// <summary>The element in the baseline; null where it is added.</summary>
    public T? OldOf<T>(T @new) where T : class, IMemberDefinition => oldOf.GetValueOrDefault(@new) as T;

    /// <summary>Pairs two elements, unless one of them has a partner.</summary>
    public void Add(IMemberDefinition old, IMemberDefinition @new)
    {
        if (newOf.ContainsKey(old) || oldOf.ContainsKey(@new)) return;
        newOf[old] = @new;
        oldOf[@new] = old;
    }

    /// <summary>Parts two elements, and their members.</summary>
    public void Remove(IMemberDefinition old)
    {
        if (newOf.Remove(old, out var @new)) oldOf.Remove(@new);
        if (old is not TypeDefinition type) return;
        foreach (var member in type.Methods.Cast<IMemberDefinition>().Concat(type.Fields).Concat(type.NestedTypes)) Remove(member);
    }

    /// <summary>The text that both revisions use for a baseline element; null where it has no partner.</summary>
    public string? CommonOfOld(IMemberDefinition old) => newOf.TryGetValue(old, out var @new) ? MetadataNames.Key(@new) : null;

    /// <summary>The text that both revisions use for an element of the new revision; null where it has no partner.</summary>
    public string? CommonOfNew(IMemberDefinition @new) => oldOf.ContainsKey(@new) ? MetadataNames.Key(@new) : null;

    string IElementNaming.Of(TypeDefinition type) => Common(type);

    string IElementNaming.Of(MethodDefinition method) => Common(method);

    string IElementNaming.Of(FieldDefinition field) => Common(field);

    private string Common(IMemberDefinition old) => CommonOfOld(old) ?? $"removed {MetadataNames.Key(old)}";
}
