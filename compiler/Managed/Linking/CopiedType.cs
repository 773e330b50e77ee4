using HotpatchBuild.Compiler.Managed.Emitting;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed.Linking;

/// <summary>A type of the new revision that was copied into an emitted module.</summary>
/// <param name="source">The new revision's type.</param>
/// <param name="definition">The copy.</param>
/// <param name="module">The module that it is in.</param>
internal sealed class CopiedType(TypeDefinition source, TypeDefinition definition, EmittedModule module)
{
    /// <summary>The new revision's type.</summary>
    public TypeDefinition Source { get; } = source;

    /// <summary>The copy.</summary>
    public TypeDefinition Definition { get; } = definition;

    /// <summary>The module that it is in.</summary>
    public EmittedModule Module { get; } = module;

    /// <summary>Methods and fields: the new revision's, and their copies.</summary>
    public Dictionary<IMemberDefinition, IMemberDefinition> Members { get; } = [];

    /// <summary>Makes the copy of a member where it is made on demand; null for types that are copied whole.</summary>
    public Func<IMemberDefinition, IMemberDefinition>? OnDemand { get; set; }

    /// <summary>The copy of a member.</summary>
    public T Member<T>(T @new) where T : class, IMemberDefinition
    {
        if (!Members.TryGetValue(@new, out IMemberDefinition? copy) && OnDemand is { } make)
            Members[@new] = copy = make(@new);
        return (T)(copy ?? throw new InvalidOperationException($"{@new.FullName} was not copied with its type."));
    }
}
