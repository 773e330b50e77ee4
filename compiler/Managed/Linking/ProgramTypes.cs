using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Edits;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed.Linking;

/// <summary>The types of all assemblies of a program, changed or not, in the new revision.</summary>
internal sealed class ProgramTypes : IDisposable
{
    private readonly Dictionary<string, ModuleDefinition> _modules = new(StringComparer.Ordinal);
    private readonly List<ModuleDefinition> _opened = [];

    /// <param name="changed">The assemblies that changed.</param>
    /// <param name="assemblies">All assemblies of the new build.</param>
    public ProgramTypes(IReadOnlyList<ChangedAssembly> changed, IEnumerable<ProgramAssembly> assemblies)
    {
        foreach (ProgramAssembly assembly in assemblies)
        {
            ModuleDefinition? known = changed.FirstOrDefault(c => c.Name == assembly.Name)?.New.Module;
            if (known is null)
                _opened.Add(known = ModuleDefinition.ReadModule(new MemoryStream(assembly.Image.ToArray(), writable: false)));
            _modules[assembly.Name] = known;
        }
        All = [.. _modules.Values.SelectMany(m => m.GetTypes())];
    }

    /// <summary>The types.</summary>
    public IReadOnlyCollection<TypeDefinition> All { get; }

    /// <summary>The type that a reference means; null for one of another assembly, an array, a pointer.</summary>
    public TypeDefinition? Find(TypeReference? type) => type switch
    {
        null or GenericParameter => null,
        TypeDefinition definition => definition,
        GenericInstanceType instance => Find(instance.ElementType),
        TypeSpecification => null,
        _ when type.DeclaringType is { } outer => Find(outer)?.NestedTypes.FirstOrDefault(t => t.Name == type.Name),
        _ when type.Scope is AssemblyNameReference scope => _modules.GetValueOrDefault(scope.Name)?.GetType(type.Namespace, type.Name),
        _ => Definitions.Of(type),
    };

    /// <summary>Whether a class derives from another one, over whatever assemblies.</summary>
    public bool Derives(TypeDefinition type, TypeDefinition from)
    {
        for (TypeDefinition? at = Find(type.BaseType); at is not null; at = Find(at.BaseType))
        {
            if (at == from)
                return true;
        }
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ModuleDefinition module in _opened)
            module.Dispose();
    }
}
