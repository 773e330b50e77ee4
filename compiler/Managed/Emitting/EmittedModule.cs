using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Managed.Emitting;

/// <summary>An assembly that is being made: its references to others, and its symbols' documents.</summary>
internal sealed class EmittedModule
{
    private readonly Dictionary<string, AssemblyNameReference> _references = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<EmittedModule, AssemblyNameReference> _uses = [];
    private readonly Dictionary<(IMetadataScope Scope, string Name), TypeReference> _types = [];
    private readonly Dictionary<string, Document> _documents = new(StringComparer.Ordinal);
    private readonly TypeReference _typeParameters;
    private readonly MethodReference _methodParameters;

    /// <param name="name">Simple name; may be a stand-in until <see cref="Rename"/>.</param>
    /// <param name="source">The module whose code it takes: it names the core library.</param>
    public EmittedModule(string name, ModuleDefinition source)
    {
        Assembly = AssemblyDefinition.CreateAssembly(
            new AssemblyNameDefinition(name, new Version(1, 0, 0, 0)), $"{name}.dll", new ModuleParameters { Kind = ModuleKind.Dll, Runtime = TargetRuntime.Net_4_0 });
        // Before the first use of the type system, which would take another core library.
        Reference((AssemblyNameReference)source.TypeSystem.CoreLibrary);
        _typeParameters = new TypeReference("", "", Module, Module);
        _methodParameters = new MethodReference("", Module.TypeSystem.Void, _typeParameters);
    }

    /// <summary>The assembly.</summary>
    public AssemblyDefinition Assembly { get; }

    /// <summary>Its only module.</summary>
    public ModuleDefinition Module => Assembly.MainModule;

    /// <summary>Simple name.</summary>
    public string Name => Assembly.Name.Name;

    /// <summary>True for storage: which delta its initialiser came with is not part of what it is.</summary>
    public bool KeepsState { get; set; }

    /// <summary>Other emitted assemblies that it refers to.</summary>
    public IReadOnlyCollection<EmittedModule> Uses => _uses.Keys;

    /// <summary>Gives it another name.</summary>
    public void Rename(string name)
    {
        Assembly.Name.Name = name;
        Module.Name = $"{name}.dll";
    }

    /// <summary>Enters the present names of the emitted assemblies that it refers to.</summary>
    public void RefreshReferences()
    {
        foreach ((EmittedModule module, AssemblyNameReference reference) in _uses)
            reference.Name = module.Name;
    }

    /// <summary>Leaves out of the references which delta they belong to.</summary>
    /// <param name="patches">The patch assemblies.</param>
    public void HideDelta(IReadOnlySet<EmittedModule> patches)
    {
        foreach ((EmittedModule module, AssemblyNameReference reference) in _uses)
        {
            if (patches.Contains(module))
                reference.Name = module.Name[..module.Name.LastIndexOf('.')];
        }
    }

    /// <summary>A reference to an assembly that exists.</summary>
    public AssemblyNameReference Reference(AssemblyNameReference to)
    {
        if (_references.TryGetValue(to.Name, out AssemblyNameReference? known))
            return known;
        AssemblyNameReference made = new(to.Name, to.Version) { Culture = to.Culture, PublicKeyToken = to.PublicKeyToken, IsRetargetable = to.IsRetargetable };
        Module.AssemblyReferences.Add(made);
        return _references[to.Name] = made;
    }

    /// <summary>A reference to an emitted assembly.</summary>
    public AssemblyNameReference Reference(EmittedModule to)
    {
        if (_uses.TryGetValue(to, out AssemblyNameReference? known))
            return known;
        AssemblyNameReference made = new(to.Name, to.Assembly.Name.Version);
        Module.AssemblyReferences.Add(made);
        return _uses[to] = made;
    }

    /// <summary>A type of an assembly that exists, as this module refers to it.</summary>
    /// <param name="type">No specification, no generic parameter.</param>
    public TypeReference Import(TypeReference type) => Primitive(type) ?? Import(type, Reference(ScopeOf(type)));

    /// <summary>A type under its own name in another assembly.</summary>
    /// <param name="type">No specification, no generic parameter.</param>
    /// <param name="scope">The assembly's reference in this module.</param>
    public TypeReference Import(TypeReference type, IMetadataScope scope)
    {
        if (!_types.TryGetValue((scope, type.FullName), out TypeReference? known))
        {
            known = type.DeclaringType is { } outer
                ? new TypeReference("", type.Name, Module, null) { DeclaringType = Import(outer, scope) }
                : new TypeReference(type.Namespace, type.Name, Module, scope);
            _types[(scope, type.FullName)] = known;
        }
        // Mono.Cecil learns from signatures, one after another, which references are to value types.
        if (type.IsValueType)
            known.IsValueType = true;
        return known;
    }

    /// <summary>A type of the core library.</summary>
    public TypeReference Core(string space, string name, bool isValueType = false) =>
        Import(new TypeReference(space, name, Module, Module.TypeSystem.CoreLibrary, isValueType));

    /// <summary>The declaring type's generic parameter at a position, as signatures write it.</summary>
    public GenericParameter TypeParameter(int position) => At(_typeParameters, position);

    /// <summary>The method's generic parameter at a position, as signatures write it.</summary>
    public GenericParameter MethodParameter(int position) => At(_methodParameters, position);

    /// <summary>A source file, as this module's symbols name it.</summary>
    public Document Document(Document source)
    {
        if (_documents.TryGetValue(source.Url, out Document? known))
            return known;
        return _documents[source.Url] = new Document(source.Url)
        {
            Hash = source.Hash, HashAlgorithm = source.HashAlgorithm, Language = source.Language, LanguageVendor = source.LanguageVendor, Type = source.Type,
        };
    }

    private static GenericParameter At(IGenericParameterProvider owner, int position)
    {
        while (owner.GenericParameters.Count <= position)
            owner.GenericParameters.Add(new GenericParameter(owner));
        return owner.GenericParameters[position];
    }

    private static AssemblyNameReference ScopeOf(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type.Scope as AssemblyNameReference ?? (type.Scope as ModuleDefinition)?.Assembly.Name
            ?? throw new BadImageFormatException($"The type {type.FullName} is in another module of its assembly.");
    }

    // What signatures write with one byte.
    private TypeReference? Primitive(TypeReference type) => type.MetadataType switch
    {
        MetadataType.Void => Module.TypeSystem.Void,
        MetadataType.Boolean => Module.TypeSystem.Boolean,
        MetadataType.Char => Module.TypeSystem.Char,
        MetadataType.SByte => Module.TypeSystem.SByte,
        MetadataType.Byte => Module.TypeSystem.Byte,
        MetadataType.Int16 => Module.TypeSystem.Int16,
        MetadataType.UInt16 => Module.TypeSystem.UInt16,
        MetadataType.Int32 => Module.TypeSystem.Int32,
        MetadataType.UInt32 => Module.TypeSystem.UInt32,
        MetadataType.Int64 => Module.TypeSystem.Int64,
        MetadataType.UInt64 => Module.TypeSystem.UInt64,
        MetadataType.Single => Module.TypeSystem.Single,
        MetadataType.Double => Module.TypeSystem.Double,
        MetadataType.IntPtr => Module.TypeSystem.IntPtr,
        MetadataType.UIntPtr => Module.TypeSystem.UIntPtr,
        MetadataType.String => Module.TypeSystem.String,
        MetadataType.Object => Module.TypeSystem.Object,
        MetadataType.TypedByReference => Module.TypeSystem.TypedReference,
        _ => null,
    };
}
