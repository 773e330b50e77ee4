using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Managed.Emitting;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages.Managed;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Managed.Linking;

/// <summary>A static method that holds new code of a type which exists.</summary>
/// <param name="Definition">The method.</param>
/// <param name="Module">The patch assembly that it is in.</param>
internal sealed record HeldMethod(MethodDefinition Definition, EmittedModule Module);

/// <summary>Static methods that stand for an instance field which is new in a type that exists.</summary>
/// <param name="Module">The patch assembly that they are in.</param>
/// <param name="Read">Takes the object, returns the value.</param>
/// <param name="Address">Takes the object, returns where the value is.</param>
/// <param name="Write">Takes the object and the value.</param>
internal sealed record FieldAccessors(EmittedModule Module, MethodDefinition Read, MethodDefinition Address, MethodDefinition Write);

/// <summary>
/// Links the new code of a delta: starts from the methods that are redirected and takes along what they need. What is the same in the baseline stays a
/// reference to it; what is new gets a home: static methods of patch assemblies for methods of types that exist, patch assemblies for what the compiler
/// generated, assemblies of their own for types and static fields that the developer added.
/// </summary>
internal sealed class DeltaLinker
{
    private readonly string _identity;
    private readonly Dictionary<ChangedAssembly, EmittedModule> _patches = [];
    private readonly Dictionary<TypeDefinition, TypeDefinition> _holderTypes = [];
    private readonly Dictionary<TypeDefinition, TypeDefinition> _caches = [];
    private readonly Dictionary<MethodDefinition, HeldMethod> _holders = [];
    private readonly Dictionary<MethodDefinition, HeldMethod> _factories = [];
    private readonly Dictionary<MethodDefinition, HeldMethod> _entries = [];
    private readonly Dictionary<EmittedModule, TypeDefinition> _entryTypes = [];
    private readonly Dictionary<(TypeDefinition, EmittedModule?), CopiedType> _copies = [];
    private readonly Dictionary<FieldDefinition, (FieldDefinition, EmittedModule)> _fields = [];
    private readonly Dictionary<FieldDefinition, FieldAccessors> _accessors = [];
    private readonly Dictionary<TypeDefinition, HeldMethod> _cloners = [];
    private readonly Dictionary<(FieldDefinition, EmittedModule), FieldDefinition> _literals = [];
    private readonly Dictionary<TypeDefinition, EmittedModule> _addedTypes = [];
    private readonly List<(ChangedAssembly Owner, EmittedModule Module)> _added = [];
    private readonly Dictionary<EmittedModule, ReferenceMapper> _mappers = [];
    private readonly HashSet<(EmittedModule, string)> _names = [];
    private readonly Queue<Action> _work = [];
    private readonly List<Failure> _refusals = [];

    private readonly CopiedObjects _copied;

    /// <param name="elements">The assemblies that changed.</param>
    /// <param name="copied">Who copies objects with added fields.</param>
    /// <param name="identity">16 hex digits that stand for both builds.</param>
    public DeltaLinker(ProgramElements elements, CopiedObjects copied, string identity)
    {
        Elements = elements;
        _copied = copied;
        _identity = identity;
    }

    /// <summary>The assemblies that changed.</summary>
    public ProgramElements Elements { get; }

    /// <summary>Why the delta cannot be made.</summary>
    public IReadOnlyCollection<Failure> Refusals => _refusals;

    /// <summary>Assemblies with added types and fields, and those that they belong to.</summary>
    public IReadOnlyList<(ChangedAssembly Owner, EmittedModule Module)> Added => _added;

    /// <summary>Types and static fields that the developer added and that refer to a patch assembly, if only through one another: as every delta has patch assemblies of
    /// its own, the next one has others of these too. What a field's initialiser refers to does not count, it runs once.</summary>
    public IEnumerable<IMemberDefinition> AddedAnew
    {
        get
        {
            HashSet<EmittedModule> anew = [.. _patches.Values];
            while (_added.Where(a => !anew.Contains(a.Module) && a.Module.Uses.Any(u => anew.Contains(u) && !(a.Module.KeepsState && _patches.ContainsValue(u)))).ToArray() is { Length: > 0 } more)
                anew.UnionWith(more.Select(a => a.Module));
            return _addedTypes.Where(t => anew.Contains(t.Value)).Select(IMemberDefinition (t) => t.Key)
                .Concat(_fields.Where(f => f.Value.Item2.KeepsState && anew.Contains(f.Value.Item2)).Select(IMemberDefinition (f) => f.Key));
        }
    }

    /// <summary>Added methods of the new revision that have a home.</summary>
    public IEnumerable<MethodDefinition> AddedMethods =>
        _holders.Keys.Where(m => Elements.OldOf(m) is null)
            .Concat(_copies.Values.SelectMany(c => c.Members.Keys).OfType<MethodDefinition>())
            .Distinct();

    /// <summary>The methods that were emitted, and what they are in the new revision; one can have been emitted for several modules.</summary>
    public IEnumerable<(MethodDefinition Emitted, MethodDefinition New)> EmittedMethods =>
        _holders.Concat(_factories).Select(h => (h.Value.Definition, h.Key))
            .Concat(_copies.Values.SelectMany(c => c.Members).Where(m => m.Value is MethodDefinition).Select(m => ((MethodDefinition)m.Value, (MethodDefinition)m.Key)));

    /// <summary>The types that were emitted, and what they are, or stand for, in the new revision.</summary>
    public IEnumerable<(TypeDefinition Emitted, TypeDefinition New)> EmittedTypes =>
        _copies.Values.Select(c => (c.Definition, c.Source))
            .Concat(_holderTypes.Concat(_caches).Select(t => (t.Value, t.Key)))
            .Concat(_fields.Where(f => f.Value.Item2.KeepsState).Select(f => (f.Value.Item1.DeclaringType, f.Key.DeclaringType)));

    /// <summary>The patch assemblies.</summary>
    public IReadOnlySet<EmittedModule> Patches => _patches.Values.ToHashSet();

    /// <summary>The patch assembly of an assembly; null where nothing is in it.</summary>
    public EmittedModule? PatchOf(ChangedAssembly assembly) => _patches.GetValueOrDefault(assembly);

    /// <summary>Makes the holders of all methods that are redirected, and the entries of transition code, and takes along what they need.</summary>
    public void Link(IEnumerable<MethodDefinition> patched, IEnumerable<MethodDefinition> transitions)
    {
        foreach (MethodDefinition method in patched)
            Holder(method);
        foreach (MethodDefinition method in transitions)
            Entry(method);
        while (_work.TryDequeue(out Action? next))
            next();
        // Even an assembly that only has added types for others needs an image to bring them.
        foreach ((ChangedAssembly owner, _) in _added)
            Patch(owner);
    }

    /// <summary>Notes something that cannot be linked.</summary>
    public void Refuse(DiagnosticDescriptor descriptor, SourceLocation? where, params ReadOnlySpan<object?> arguments)
    {
        Failure failure = descriptor.At(where, arguments);
        if (!_refusals.Contains(failure))
            _refusals.Add(failure);
    }

    /// <summary>Does something behind everything that is under way: when the definitions that it needs are complete.</summary>
    public void Later(Action work) => _work.Enqueue(work);

    /// <summary>The mapper of an emitted module.</summary>
    public ReferenceMapper MapperOf(EmittedModule module)
    {
        if (!_mappers.TryGetValue(module, out ReferenceMapper? mapper))
            _mappers[module] = mapper = new ReferenceMapper(this, module);
        return mapper;
    }

    /// <summary>True for a method that is new in a type that exists: it becomes a static method elsewhere.</summary>
    public bool IsHeld(MethodDefinition @new) =>
        Elements.OldOf(@new) is null && Elements.OldOf(@new.DeclaringType) is not null && !AddedElements.IsHelper(@new.DeclaringType);

    /// <summary>True for an instance field that is new in a type that exists: its values are kept beside the objects.</summary>
    public bool IsBeside(FieldDefinition @new) =>
        !@new.IsStatic && Elements.OldOf(@new) is null && Elements.OldOf(@new.DeclaringType) is not null && !AddedElements.IsHelper(@new.DeclaringType);

    /// <summary>A type of the new revision, as an emitted module refers to it.</summary>
    public TypeReference TypeFor(TypeDefinition @new, EmittedModule into)
    {
        if (Elements.OldOf(@new) is { } old)
            return into.Import(old, into.Reference(old.Module.Assembly.Name));
        CopiedType copy = Copy(@new, into);
        return copy.Module == into ? copy.Definition : into.Import(copy.Definition, into.Reference(copy.Module));
    }

    /// <summary>The copy of a method of a copied type in the same module; null where it has none there.</summary>
    public MethodDefinition? CopiedMethod(MethodDefinition @new, EmittedModule into)
    {
        if (Elements.OldOf(@new) is not null)
            return null;
        CopiedType copy = Copy(@new.DeclaringType, into);
        return copy.Module == into ? copy.Member(@new) : null;
    }

    /// <summary>The static method that holds the code of a method, redirected or added.</summary>
    public HeldMethod Holder(MethodDefinition @new)
    {
        if (_holders.TryGetValue(@new, out HeldMethod? known))
            return known;
        EmittedModule patch = Patch(Elements.AssemblyOf(@new));
        TypeDefinition type = HolderType(@new.DeclaringType);
        MethodDefinition holder = new(FreeName(type, @new.Name), MethodAttributes.Public | MethodAttributes.Static | MethodAttributes.HideBySig, patch.Module.TypeSystem.Void)
        {
            // What the developer says about inlining and tiering holds for the new code. The lock of a synchronised method is taken by the method that is redirected.
            ImplAttributes = @new.ImplAttributes & ~MethodImplAttributes.Synchronized,
        };
        type.Methods.Add(holder);
        HeldMethod held = _holders[@new] = new(holder, patch);
        new HolderMaker(this, patch).Fill(@new, holder);
        return held;
    }

    /// <summary>The static method that makes an object with an added constructor.</summary>
    public HeldMethod Factory(MethodDefinition constructor)
    {
        if (_factories.TryGetValue(constructor, out HeldMethod? known))
            return known;
        EmittedModule patch = Patch(Elements.AssemblyOf(constructor));
        TypeDefinition type = HolderType(constructor.DeclaringType);
        MethodDefinition factory = new(FreeName(type, "new"), MethodAttributes.Public | MethodAttributes.Static | MethodAttributes.HideBySig, patch.Module.TypeSystem.Void);
        type.Methods.Add(factory);
        HeldMethod held = _factories[constructor] = new(factory, patch);
        new HolderMaker(this, patch).FillFactory(constructor, factory);
        return held;
    }

    /// <summary>The home of a field that is new.</summary>
    public (FieldDefinition Field, EmittedModule Module) FieldFor(FieldDefinition @new, EmittedModule into)
    {
        TypeDefinition type = @new.DeclaringType;
        if (AddedElements.IsLiterals(type))
            return (Literal(@new, into), into);
        if (Elements.OldOf(type) is null)
        {
            CopiedType copy = Copy(type, into);
            return (copy.Member(@new), copy.Module);
        }
        if (_fields.TryGetValue(@new, out (FieldDefinition, EmittedModule) known))
            return known;
        return _fields[@new] = AssemblyModel.IsInGenerated(type) ? Cache(@new) : Storage(@new);
    }

    /// <summary>The static method through which the agent calls transition code, wherever that has its home.</summary>
    public HeldMethod Entry(MethodDefinition method)
    {
        if (_entries.TryGetValue(method, out HeldMethod? known))
            return known;
        EmittedModule patch = Patch(Elements.AssemblyOf(method));
        if (!_entryTypes.TryGetValue(patch, out TypeDefinition? type))
        {
            _entryTypes[patch] = type = new TypeDefinition("", FreeName(patch, "", "<transitions>"), StaticClass | TypeAttributes.Public, patch.Module.TypeSystem.Object);
            patch.Module.Types.Add(type);
        }
        MethodDefinition entry = new(
            FreeName(type, method.Name), MethodAttributes.Public | MethodAttributes.Static | MethodAttributes.HideBySig, MapperOf(patch).Type(method.ReturnType, Generics.Same));
        type.Methods.Add(entry);
        MethodReference target = MapperOf(patch).Method(method, Generics.Same);
        ILProcessor code = entry.Body.GetILProcessor();
        code.Emit(OpCodes.Call, target);
        code.Emit(OpCodes.Ret);
        return _entries[method] = new HeldMethod(entry, patch);
    }

    /// <summary>The methods that stand for an instance field of a type that exists.</summary>
    public FieldAccessors AccessorsOf(FieldDefinition @new)
    {
        if (_accessors.TryGetValue(@new, out FieldAccessors? known))
            return known;
        ChangedAssembly owner = Elements.AssemblyOf(@new);
        EmittedModule storage = NewAdded(owner);
        storage.KeepsState = true;
        FieldBesideMaker maker = new(this, storage, Patch(owner));
        TypeDefinition home = maker.MakeStorage(@new);
        _fields[@new] = (home.Fields[0], storage);
        return _accessors[@new] = maker.MakeAccessors(@new, home, HolderType(@new.DeclaringType));
    }

    /// <summary>The method that copies an object, with its added fields, in place of <c>object.MemberwiseClone</c>; null where no object that the call can meet has any.</summary>
    /// <param name="caller">The method of the new revision with the call.</param>
    public HeldMethod? ClonerFor(MethodDefinition caller)
    {
        TypeDefinition type = AssemblyModel.WrittenType(caller.DeclaringType);
        if (_cloners.TryGetValue(type, out HeldMethod? known))
            return known;
        if (_copied.FieldsOf(type) is not { Count: > 0 } fields)
            return null;
        EmittedModule patch = Patch(Elements.AssemblyOf(type));
        TypeDefinition holders = HolderType(type);
        MethodDefinition cloner = new(FreeName(holders, "<clone>"), MethodAttributes.Public | MethodAttributes.Static | MethodAttributes.HideBySig, patch.Module.TypeSystem.Object);
        holders.Methods.Add(cloner);
        HeldMethod held = _cloners[type] = new(cloner, patch);
        new ClonerMaker(this, patch).Fill(cloner, type, fields);
        return held;
    }

    private EmittedModule Patch(ChangedAssembly assembly)
    {
        if (!_patches.TryGetValue(assembly, out EmittedModule? patch))
            _patches[assembly] = patch = NewModule($"{ManagedPatchTableWriter.PatchPrefix}{assembly.Name}.{_identity}", assembly);
        return patch;
    }

    /// <summary>The type that stands in a patch assembly for one that exists.</summary>
    private TypeDefinition HolderType(TypeDefinition @new)
    {
        if (_holderTypes.TryGetValue(@new, out TypeDefinition? known))
            return known;
        EmittedModule patch = Patch(Elements.AssemblyOf(@new));
        (string space, string name) = AddedElements.TopLevelName(Elements.OldOf(@new) ?? @new);
        TypeDefinition holder = new(space, FreeName(patch, space, name), StaticClass | TypeAttributes.Public, patch.Module.TypeSystem.Object);
        patch.Module.Types.Add(holder);
        return _holderTypes[@new] = holder;
    }

    private CopiedType Copy(TypeDefinition @new, EmittedModule into)
    {
        bool helper = AddedElements.IsHelper(@new);
        var key = (@new, helper ? into : null);
        if (_copies.TryGetValue(key, out CopiedType? known))
            return known;
        if (@new.DeclaringType is { } outer && (helper || Elements.OldOf(outer) is null))
        {
            // Comes with the type around it.
            CopiedType around = Copy(outer, into);
            return _copies.TryGetValue(key, out known) ? known : Take(@new, around.Module, around.Definition, key);
        }
        if (helper)
            return Take(@new, into, null, key);
        if (AssemblyModel.Generated(@new).Kind != GeneratedKind.None)
            return Take(@new, Patch(Elements.AssemblyOf(@new)), HolderType(@new.DeclaringType), key);
        if (!_addedTypes.TryGetValue(@new, out EmittedModule? module))
            _addedTypes[@new] = module = NewAdded(Elements.AssemblyOf(@new));
        return Take(@new, module, null, key);
    }

    private CopiedType Take(TypeDefinition source, EmittedModule module, TypeDefinition? around, (TypeDefinition, EmittedModule?) key)
    {
        (string space, string name) = around is null ? AddedElements.TopLevelName(source) : ("", source.Name);
        TypeDefinition definition = new(space, name, TypeCopier.Visibility(source, around is not null));
        // Signatures ask whether it is a value type before it is filled.
        if (source.IsValueType)
            definition.BaseType = module.Import(source.BaseType);
        if (around is null)
            module.Module.Types.Add(definition);
        else
            around.NestedTypes.Add(definition);
        CopiedType copy = _copies[key] = new CopiedType(source, definition, module);
        bool literals = AddedElements.IsLiterals(source);
        if (!literals)
        {
            foreach (TypeDefinition nested in source.NestedTypes)
                Take(nested, module, definition, (nested, key.Item2));
        }
        new TypeCopier(this, copy).Fill(membersOnDemand: literals);
        return copy;
    }

    private EmittedModule NewAdded(ChangedAssembly owner)
    {
        EmittedModule module = NewModule($"{ManagedPatchTableWriter.AddedPrefix}{_added.Count:x16}", owner);
        _added.Add((owner, module));
        return module;
    }

    private EmittedModule NewModule(string name, ChangedAssembly source)
    {
        EmittedModule module = new(name, source.New.Module);
        // What an assembly as a whole says about how its code runs.
        new AttributeCopier(this, module).Copy(source.New.Module.Assembly, module.Assembly, a => a.FullName is
            "System.Runtime.CompilerServices.RuntimeCompatibilityAttribute" or "System.Runtime.CompilerServices.DisableRuntimeMarshallingAttribute");
        return module;
    }

    // Literal data: bytes that code reads through a field.
    private FieldDefinition Literal(FieldDefinition @new, EmittedModule into)
    {
        if (_literals.TryGetValue((@new, into), out FieldDefinition? known))
            return known;
        CopiedType literals = Copy(@new.DeclaringType, into);
        // A type of the baseline would do for the size, but data of another module's type is nothing that compilers write.
        TypeReference type = @new.FieldType is TypeDefinition size ? Copy(size, into).Definition : MapperOf(into).Type(@new.FieldType, Generics.Same);
        FieldDefinition made = new(@new.Name, @new.Attributes, type) { InitialValue = @new.InitialValue };
        literals.Definition.Fields.Add(made);
        return _literals[(@new, into)] = made;
    }

    // A delegate or call site that generated code keeps.
    private (FieldDefinition, EmittedModule) Cache(FieldDefinition @new)
    {
        EmittedModule patch = Patch(Elements.AssemblyOf(@new));
        if (!_caches.TryGetValue(@new.DeclaringType, out TypeDefinition? type))
        {
            type = new TypeDefinition("", "<caches>", StaticClass | TypeAttributes.NestedPublic, patch.Module.TypeSystem.Object);
            HolderType(@new.DeclaringType).NestedTypes.Add(type);
            new HolderMaker(this, patch).CopyParameters(@new.DeclaringType, type, Generics.Same);
            _caches[@new.DeclaringType] = type;
        }
        return (AddField(@new, type, patch), patch);
    }

    // A static field that the developer added: its value outlives the delta.
    private (FieldDefinition, EmittedModule) Storage(FieldDefinition @new)
    {
        EmittedModule module = NewAdded(Elements.AssemblyOf(@new));
        module.KeepsState = true;
        (string space, string name) = AddedElements.TopLevelName(@new.DeclaringType);
        TypeDefinition type = new(space, name, StaticClass | TypeAttributes.Public, module.Module.TypeSystem.Object);
        module.Module.Types.Add(type);
        new HolderMaker(this, module).CopyParameters(@new.DeclaringType, type, Generics.Same);
        FieldDefinition field = AddField(@new, type, module);
        new StorageMaker(this, module).Initialise(@new, type);
        return (field, module);
    }

    private FieldDefinition AddField(FieldDefinition @new, TypeDefinition type, EmittedModule module)
    {
        FieldDefinition made = new(@new.Name, FieldAttributes.Public | FieldAttributes.Static, MapperOf(module).Type(@new.FieldType, Generics.Same));
        type.Fields.Add(made);
        new AttributeCopier(this, module).Copy(@new, made, a => a.FullName == "System.ThreadStaticAttribute");
        return made;
    }

    private string FreeName(EmittedModule module, string space, string name)
    {
        for (int i = 1; ; i++)
        {
            string free = i == 1 ? name : $"{name}_{i}";
            if (_names.Add((module, $"{space}.{free}")))
                return free;
        }
    }

    /// <summary>A name that no method of a type has yet.</summary>
    public static string FreeName(TypeDefinition type, string name)
    {
        // A static method may not be called as constructors are (ECMA-335 II.22.26).
        string plain = name.TrimStart('.');
        for (int i = 1; ; i++)
        {
            string free = i == 1 ? plain : $"{plain}_{i}";
            if (type.Methods.All(m => m.Name != free))
                return free;
        }
    }

    private const TypeAttributes StaticClass = TypeAttributes.Class | TypeAttributes.Abstract | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit;
}
