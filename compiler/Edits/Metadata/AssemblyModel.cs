using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>One revision's metadata, with source positions and with the members that generated elements belong to.</summary>
internal sealed class AssemblyModel : IDisposable
{
    private readonly Dictionary<MethodDefinition, List<IMemberDefinition>> references = [];
    private readonly Dictionary<(TypeDefinition Type, int Ordinal), List<MethodDefinition>> owners = [];
    private readonly Dictionary<TypeDefinition, MethodDefinition> kickoffs = [];

    private Dictionary<FieldDefinition, MethodReference>? methodGroups;

    private AssemblyModel(ModuleDefinition module, SourceMap source)
    {
        Module = module;
        Source = source;
        Types = [.. module.GetTypes()];
        foreach (var method in Types.SelectMany(t => t.Methods)) FindOwned(method);
    }

    /// <summary>The metadata.</summary>
    public ModuleDefinition Module { get; }

    /// <summary>Source positions.</summary>
    public SourceMap Source { get; }

    /// <summary>All types, nested ones included, with <c>&lt;Module&gt;</c> first.</summary>
    public IReadOnlyList<TypeDefinition> Types { get; }

    /// <summary>Simple name.</summary>
    public string Name => Module.Assembly.Name.Name;

    /// <summary>Reads a revision.</summary>
    /// <exception cref="BadImageFormatException">It is not an assembly.</exception>
    public static AssemblyModel Read(AssemblyRevision revision)
    {
        var bytes = revision.Assembly.ToArray();
        SourceMap source;
        using (var reader = new PEReader(ImmutableCollectionsMarshal.AsImmutableArray(bytes)))
        {
            if (!reader.HasMetadata) throw new BadImageFormatException("The file has no CLI metadata.");
            source = SourceMap.Read(reader, revision.Symbols);
        }
        var module = ModuleDefinition.ReadModule(new MemoryStream(bytes, writable: false), new ReaderParameters(ReadingMode.Deferred) { InMemory = true, AssemblyResolver = NoOtherAssembly.Instance });
        if (module.Assembly is null) throw new BadImageFormatException("The file has no assembly manifest.");
        return new AssemblyModel(module, source);
    }

    /// <inheritdoc/>
    public void Dispose() => Module.Dispose();

    /// <summary>Elements of this assembly that a method's signature, locals and IL refer to; types, methods and fields, each once.</summary>
    public IReadOnlyList<IMemberDefinition> References(MethodDefinition method)
    {
        if (references.TryGetValue(method, out var known)) return known;
        var found = new List<IMemberDefinition>();
        var seen = new HashSet<IMemberDefinition>();
        void Add(IMemberDefinition? element)
        {
            if (element is not null && seen.Add(element)) found.Add(element);
        }
        void AddType(TypeReference? type)
        {
            switch (type)
            {
                case null or GenericParameter: break;
                case TypeDefinition definition: Add(definition); break;
                case GenericInstanceType instance:
                    AddType(instance.ElementType);
                    foreach (var argument in instance.GenericArguments) AddType(argument);
                    break;
                case FunctionPointerType pointer:
                    AddType(pointer.ReturnType);
                    foreach (var parameter in pointer.Parameters) AddType(parameter.ParameterType);
                    break;
                case TypeSpecification specification: AddType(specification.ElementType); break;
                default: Add(Definitions.Of(type)); break;
            }
        }
        AddType(method.ReturnType);
        foreach (var parameter in method.Parameters) AddType(parameter.ParameterType);
        if (method.HasBody)
        {
            foreach (var local in method.Body.Variables) AddType(local.VariableType);
            foreach (var handler in method.Body.ExceptionHandlers) AddType(handler.CatchType);
            foreach (var instruction in method.Body.Instructions)
            {
                switch (instruction.Operand)
                {
                    case MethodReference called:
                        Add(Definitions.Of(called));
                        AddType(called.DeclaringType);
                        if (called is GenericInstanceMethod instance)
                            foreach (var argument in instance.GenericArguments) AddType(argument);
                        break;
                    case FieldReference field:
                        Add(Definitions.Of(field));
                        AddType(field.DeclaringType);
                        break;
                    case TypeReference type: AddType(type); break;
                    case CallSite site:
                        AddType(site.ReturnType);
                        foreach (var parameter in site.Parameters) AddType(parameter.ParameterType);
                        break;
                }
            }
        }
        return references[method] = found;
    }

    /// <summary>What an element's name says about its generation.</summary>
    public static GeneratedName Generated(IMemberDefinition element) => GeneratedName.Parse(element.Name);

    /// <summary>True when the type or one around it has a generated name that can shift.</summary>
    public static bool IsInGenerated(TypeDefinition? type)
    {
        for (; type is not null; type = type.DeclaringType)
            if (Generated(type).Kind != GeneratedKind.None) return true;
        return false;
    }

    /// <summary>The nearest type around an element (or the type itself) that the developer wrote.</summary>
    public static TypeDefinition WrittenType(TypeDefinition type)
    {
        while (type.DeclaringType is { } outer && IsInGenerated(type)) type = outer;
        return type;
    }

    /// <summary>The methods that a generated element's code was written in: one, except for field initialisers (all constructors).
    /// Empty where nothing refers to it.</summary>
    public IReadOnlyList<MethodDefinition> Owners(IMemberDefinition element)
    {
        var (type, ordinal) = (WrittenType(element as TypeDefinition ?? element.DeclaringType), MethodOrdinal(element));
        return owners.TryGetValue((type, ordinal), out var found) ? found : [];
    }

    /// <summary>A text for <see cref="Owners"/> that is equal in both revisions when they are the same methods.</summary>
    public string OwnerKey(IMemberDefinition element)
    {
        var found = Owners(element);
        if (found.Count == 0) return $"?{Generated(element).Member}";
        if (found.All(m => m is { IsConstructor: true, IsStatic: false })) return ".ctor";
        return string.Join('|', found.Select(m => m.Name + MetadataText.Raw.Signature(m)).Order(StringComparer.Ordinal));
    }

    /// <summary>The state machine that a method, lambda or local function starts; null where it has none.</summary>
    public TypeDefinition? StateMachine(MethodDefinition kickoff) =>
        References(kickoff).OfType<TypeDefinition>().FirstOrDefault(t => kickoffs.TryGetValue(t, out var m) && m == kickoff);

    /// <summary>The method, lambda or local function that starts a state machine; null where there is none.</summary>
    public MethodDefinition? Kickoff(TypeDefinition stateMachine) => kickoffs.GetValueOrDefault(stateMachine);

    /// <summary>The methods that make instances of a closure.</summary>
    public IEnumerable<MethodDefinition> Makers(TypeDefinition closure) =>
        Types.SelectMany(t => t.Methods).Where(m => References(m).Contains(closure) && m.HasBody
            && m.Body.Instructions.Any(i => i.OpCode.Code == Code.Newobj && Definitions.Of(((MethodReference)i.Operand).DeclaringType) == closure));

    /// <summary>The method whose delegate a generated field caches; null where that is not known.</summary>
    public MethodDefinition? CachedLambda(FieldDefinition cache)
    {
        var name = Generated(cache);
        return cache.DeclaringType.Methods.FirstOrDefault(m =>
            Generated(m) is { Kind: GeneratedKind.Lambda } lambda && (lambda.MethodOrdinal, lambda.EntityOrdinal) == (name.MethodOrdinal, name.EntityOrdinal));
    }

    /// <summary>The method whose group conversion a generated field caches; null where that is not known.</summary>
    public MethodReference? CachedMethodGroup(FieldDefinition cache)
    {
        methodGroups ??= FindMethodGroups();
        return methodGroups.GetValueOrDefault(cache);
    }

    private Dictionary<FieldDefinition, MethodReference> FindMethodGroups()
    {
        var found = new Dictionary<FieldDefinition, MethodReference>();
        foreach (var method in Types.SelectMany(t => t.Methods).Where(m => m.HasBody))
        {
            foreach (var instruction in method.Body.Instructions)
            {
                if (instruction.OpCode.Code != Code.Stsfld || Definitions.Of((FieldReference)instruction.Operand) is not { } cache
                    || Generated(cache).Kind != GeneratedKind.MethodGroupCache) continue;
                // ldftn group; newobj delegate; dup; stsfld cache
                if (instruction.Previous?.Previous?.Previous is { OpCode.Code: Code.Ldftn, Operand: MethodReference group }) found[cache] = group;
            }
        }
        return found;
    }

    private static int MethodOrdinal(IMemberDefinition element)
    {
        var name = Generated(element);
        // The state machine of a lambda is called after it: <<M>b__5_0>d.
        while (name.Kind == GeneratedKind.StateMachine && name.MethodOrdinal < 0 && GeneratedName.Parse(name.Member) is { Kind: not GeneratedKind.None } inner) name = inner;
        if (name.MethodOrdinal >= 0) return name.MethodOrdinal;
        return element.DeclaringType is { } around && IsInGenerated(around) ? MethodOrdinal(around) : -1;
    }

    private void FindOwned(MethodDefinition method)
    {
        var writer = Generated(method).Kind == GeneratedKind.None && !IsInGenerated(method.DeclaringType) ? method : null;
        foreach (var element in References(method))
        {
            var type = element as TypeDefinition ?? element.DeclaringType;
            if (element is TypeDefinition machine && Generated(machine) is { Kind: GeneratedKind.StateMachine } name && Starts(method, machine, name)) kickoffs[machine] = method;
            if (writer is null || WrittenType(type) != writer.DeclaringType || MethodOrdinal(element) is not (>= 0 and var ordinal)) continue;
            if (!owners.TryGetValue((writer.DeclaringType, ordinal), out var list)) owners[(writer.DeclaringType, ordinal)] = list = [];
            if (!list.Contains(writer)) list.Add(writer);
        }
    }

    private static bool Starts(MethodDefinition method, TypeDefinition machine, GeneratedName name) =>
        machine.DeclaringType == method.DeclaringType
        && (name.Member == method.Name || name.Member == method.Name.Replace('.', '-') || name.Member == method.Name[(method.Name.LastIndexOf('.') + 1)..]);

    /// <summary>Everything is decided from the assembly itself; a look into another one would be a mistake in this code.</summary>
    private sealed class NoOtherAssembly : IAssemblyResolver
    {
        public static NoOtherAssembly Instance { get; } = new();

        public AssemblyDefinition Resolve(AssemblyNameReference name) => throw new AssemblyResolutionException(name);

        public AssemblyDefinition Resolve(AssemblyNameReference name, ReaderParameters parameters) => throw new AssemblyResolutionException(name);

        public void Dispose()
        {
        }
    }
}
