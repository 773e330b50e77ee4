using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Edits;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Managed.Linking;

/// <summary>The types of all assemblies of a program, changed or not, in the new revision. Opened when they are asked for.</summary>
internal sealed class ProgramTypes : IDisposable
{
    private readonly Lazy<Dictionary<string, ModuleDefinition>> _modules;
    private readonly Lazy<IReadOnlyCollection<TypeDefinition>> _all;
    private readonly List<ModuleDefinition> _opened = [];

    /// <param name="changed">The assemblies that changed.</param>
    /// <param name="assemblies">All assemblies of the new build.</param>
    public ProgramTypes(IReadOnlyList<ChangedAssembly> changed, IEnumerable<ProgramAssembly> assemblies)
    {
        _modules = new(() => Open(changed, assemblies));
        _all = new(() => [.. _modules.Value.Values.SelectMany(m => m.GetTypes())]);
    }

    /// <summary>The types.</summary>
    public IReadOnlyCollection<TypeDefinition> All => _all.Value;

    /// <summary>The type that a reference means; null for one of another assembly, an array, a pointer.</summary>
    public TypeDefinition? Find(TypeReference? type) => Definitions.Among(type, name => _modules.Value.GetValueOrDefault(name));

    /// <summary>Whether a class derives from another one, over whatever assemblies.</summary>
    public bool Derives(TypeDefinition type, TypeDefinition from) => Definitions.Bases(type, Find).Contains(from);

    private Dictionary<string, ModuleDefinition> Open(IReadOnlyList<ChangedAssembly> changed, IEnumerable<ProgramAssembly> assemblies)
    {
        Dictionary<string, ModuleDefinition> modules = new(StringComparer.Ordinal);
        foreach (ProgramAssembly assembly in assemblies)
        {
            ModuleDefinition? known = changed.FirstOrDefault(c => c.Name == assembly.Name)?.New.Module;
            if (known is null)
                _opened.Add(known = ModuleDefinition.ReadModule(new MemoryStream(assembly.Image.ToArray(), writable: false)));
            modules[assembly.Name] = known;
        }
        return modules;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ModuleDefinition module in _opened)
            module.Dispose();
    }
}
