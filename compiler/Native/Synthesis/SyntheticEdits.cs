using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Managed;
using HotpatchBuild.Compiler.Managed.Emitting;
using HotpatchBuild.Compiler.Managed.Linking;
using HotpatchBuild.Compiler.Native.Naming;
using HotpatchBuild.Formats.Diagnostics;
using Mono.Cecil;

namespace HotpatchBuild.Compiler.Native.Synthesis;

/// <summary>
/// The edits of a delta as far as they can be made in a synthetic program, and that program: the linker of the managed engine gives new code and new types a place beside the
/// baseline's types, and ILC compiles the result as it has compiled the baseline.
/// </summary>
internal sealed class SyntheticEdits : IProgramEdits
{
    private const string ReferenceOption = "-r:";

    private readonly List<ChangedAssembly> _changed = [];
    private readonly List<IDisposable> _models = [];
    private readonly Dictionary<ChangedAssembly, MangledNames> _oldNames = [];
    private readonly Dictionary<ChangedAssembly, Dictionary<string, MethodDefinition>> _newMethods = [];
    private readonly HashSet<string> _emittedTypes = new(StringComparer.Ordinal);

    private readonly Lazy<EditReach> _reach;

    private SyntheticEdits() => _reach = new(() => new EditReach(_changed.Select(c => (c.New, c.Edits))));

    /// <inheritdoc/>
    public ImmutableArray<Failure> Refusals { get; private set; } = [];

    /// <inheritdoc/>
    public ImmutableArray<Failure> Warnings { get; private set; } = [];

    /// <inheritdoc/>
    public SymbolRenaming Renaming { get; private set; } = SymbolRenaming.None;

    /// <inheritdoc/>
    public SymbolNames Names { get; private set; } = null!;

    /// <summary>The program; null where there are refusals, or nothing to compile.</summary>
    public SyntheticProgram? Program { get; private set; }

    /// <summary>Compares two builds under the rules of synthetic programs, and makes the program where they allow it.</summary>
    /// <param name="old">The baseline.</param>
    /// <param name="new">The new build.</param>
    /// <exception cref="HotpatchException">An assembly that cannot be understood.</exception>
    public static SyntheticEdits Make(NativeBuild old, NativeBuild @new)
    {
        var result = new SyntheticEdits();
        bool made = false;
        try
        {
            result.Compare(old, @new);
            if (result.Refusals.IsEmpty)
                result.Link(old, @new);
            made = true;
            return result;
        }
        catch (Exception e) when (e is BadImageFormatException or AssemblyResolutionException or InvalidOperationException or NotSupportedException or KeyNotFoundException or ArgumentException)
        {
            throw new HotpatchException(ManagedDiagnostics.CannotLink.With(e.Message.TrimEnd('.').ReplaceLineEndings(" ")), e);
        }
        finally
        {
            if (!made)
                result.Dispose();
        }
    }

    /// <inheritdoc/>
    public bool Explains(string symbol)
    {
        string plain = MangledNames.WithoutInstantiations(symbol);
        foreach (ChangedAssembly assembly in _changed)
        {
            if (!_oldNames[assembly].Methods.TryGetValue(plain, out MethodDefinition? method))
                continue;
            string key = MetadataNames.Key(method);
            return assembly.Edits.ChangedOld.Contains(key) || assembly.Patched.Any(p => MetadataNames.Key(p.Old) == key)
                || (assembly.Edits.Elements.NewOf(key) is { } after && (assembly.Edits.ChangedNew.Contains(after) || _reach.Value.Explains(assembly.Edits, after)));
        }
        // Not a method of a changed assembly: an instance of framework code over types of one, or over types of the delta.
        return _changed.Any(c => c.Edits.HasEffect && _oldNames[c].Types.Keys.Any(type => symbol.Contains(type, StringComparison.Ordinal)))
            || _emittedTypes.Any(type => symbol.Contains(type, StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable model in _changed.Concat(_models))
            model.Dispose();
    }

    private void Compare(NativeBuild old, NativeBuild @new)
    {
        ProgramAssembly[] before = [old.Assembly, .. old.OtherAssemblies], after = [@new.Assembly, .. @new.OtherAssemblies];
        EditPolicy policy = EditPolicy.Synthetic with
        {
            StaticsAreNotFolded = @new.LayoutFlags.Contains(NativeDeltaCompiler.NoPreInitializedStatics),
            Loadable = ReferencesOf(@new).Select(file => Path.GetFileNameWithoutExtension(file)).ToHashSet(StringComparer.Ordinal),
        };
        List<Failure> refusals =
        [
            .. after.Where(a => before.All(b => b.Name != a.Name)).Select(a => NativeDiagnostics.AssemblyAdded.With(a.Name)),
            .. before.Where(b => after.All(a => a.Name != b.Name)).Select(b => NativeDiagnostics.AssemblyRemoved.With(b.Name)),
        ];
        foreach (ProgramAssembly assembly in after)
        {
            if (before.FirstOrDefault(b => b.Name == assembly.Name) is { } partner && !partner.Image.Span.SequenceEqual(assembly.Image.Span))
                _changed.Add(new ChangedAssembly(partner, assembly, AssemblyComparison.Open(Revision(partner), Revision(assembly), policy)));
        }
        Refusals = [.. refusals, .. _changed.SelectMany(c => c.Edits.Refusals)];
        Warnings = [.. _changed.SelectMany(c => c.Edits.Warnings)];
    }

    private static IEnumerable<string> ReferencesOf(NativeBuild build) =>
        build.IlcArguments.Where(a => a.StartsWith(ReferenceOption, StringComparison.Ordinal)).Select(a => a[ReferenceOption.Length..].Trim('"'));

    private void Link(NativeBuild old, NativeBuild @new)
    {
        ManagedBuild build = new() { Assemblies = [@new.Assembly, .. @new.OtherAssemblies], References = [.. ReferencesOf(@new)] };
        if (ProgramLink.Link(_changed, build, Identity(old, @new), transitions: [], out IReadOnlyCollection<Failure> refusals) is not { } linker)
        {
            Refusals = [.. refusals];
            return;
        }
        foreach ((_, MethodDefinition method) in _changed.SelectMany(c => c.Patched))
            LetInline(linker.Holder(method).Definition);
        Warnings = [.. Warnings, .. linker.AddedAnew.Select(e => ManagedDiagnostics.AddedAnew.At(linker.Elements.AssemblyOf(e).Lines.Of(e)?.Where, linker.Elements.AssemblyOf(e).NewNames.Of(e)))];

        EmittedModule[] emitted = [.. linker.Patches.Concat(linker.Added.Select(a => a.Module)).OrderBy(m => m.Name, StringComparer.Ordinal)];
        ImmutableArray<SyntheticAssembly> added = [.. emitted.Select(m => new SyntheticAssembly(m.Name, ImageWriter.Write(m)))];
        Dictionary<string, ReadOnlyMemory<byte>> rewritten = _changed.ToDictionary(c => c.Name, c => (ReadOnlyMemory<byte>)Rewrite(c, linker), StringComparer.Ordinal);
        Name(linker, emitted, added, rewritten);
        Program = emitted.Length == 0 ? null : new SyntheticProgram
        {
            Assemblies = [.. old.OtherAssemblies.Prepend(old.Assembly).Select(a => new SyntheticAssembly(a.Name, rewritten.GetValueOrDefault(a.Name, a.Image)))],
            Added = added,
        };
    }

    // The method itself is never inlined; its new code belongs into it.
    private static void LetInline(MethodDefinition holder)
    {
        if (!holder.ImplAttributes.HasFlag(MethodImplAttributes.NoOptimization))
            holder.ImplAttributes = (holder.ImplAttributes & ~MethodImplAttributes.NoInlining) | MethodImplAttributes.AggressiveInlining;
    }

    private static byte[] Rewrite(ChangedAssembly assembly, DeltaLinker linker)
    {
        // Mono.Cecil would change the module that the comparison goes on to use.
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(assembly.Baseline.Image.ToArray(), writable: false), new ReaderParameters(ReadingMode.Deferred) { InMemory = true });
        BodyForwarder forwarder = new(module);
        foreach ((MethodDefinition old, MethodDefinition @new) in assembly.Patched)
            forwarder.Forward((MethodDefinition)module.LookupToken(old.MetadataToken), linker.Holder(@new).Definition);
        using MemoryStream stream = new();
        module.Write(stream, new WriterParameters { Timestamp = 0 });
        return stream.ToArray();
    }

    private void Name(DeltaLinker linker, EmittedModule[] emitted, ImmutableArray<SyntheticAssembly> added, Dictionary<string, ReadOnlyMemory<byte>> rewritten)
    {
        // A module has its tokens since it was written; read back, its names are those that ILC sees.
        Dictionary<ModuleDefinition, (AssemblyModel Model, MangledNames Names)> written = [];
        foreach ((EmittedModule module, SyntheticAssembly assembly) in emitted.Zip(added))
            written[module.Module] = Read(assembly.Image);
        Dictionary<ChangedAssembly, (List<(string, MethodDefinition)> Methods, List<(string, TypeDefinition)> Types)> sources = _changed.ToDictionary(c => c, _ => (new List<(string, MethodDefinition)>(), new List<(string, TypeDefinition)>()));
        foreach ((MethodDefinition made, MethodDefinition source) in linker.EmittedMethods)
            sources[linker.Elements.AssemblyOf(source)].Methods.Add((SymbolOf(made, written), source));
        HashSet<MethodDefinition> copied = [.. linker.EmittedMethods.Select(m => m.Emitted)];
        foreach ((TypeDefinition made, TypeDefinition source) in linker.EmittedTypes)
        {
            sources[linker.Elements.AssemblyOf(source)].Types.Add((SymbolOf(made, written), source));
            // The part of a static constructor that initialises what is new.
            if (StaticConstructor(made) is { } initialiser && StaticConstructor(source) is { } whole && !copied.Contains(initialiser))
                sources[linker.Elements.AssemblyOf(source)].Methods.Add((SymbolOf(initialiser, written), whole));
        }
        _emittedTypes.UnionWith(written.Values.SelectMany(w => w.Names.Types.Keys));

        List<(MangledNames Old, MangledNames New, ElementMap Elements)> renamed = [];
        List<(AssemblyModel, MangledNames)> names = [];
        foreach (ChangedAssembly assembly in _changed)
        {
            MangledNames oldNames = _oldNames[assembly] = MangledNames.Of(assembly.Old);
            (AssemblyModel model, MangledNames newNames) = Read(rewritten[assembly.Name]);
            HashSet<string> kept = [.. Elements(assembly.Old).Select(MetadataNames.Key)];
            renamed.Add((oldNames, newNames, new ElementMap(Elements(model).Select(MetadataNames.Key).Where(kept.Contains).Select(k => KeyValuePair.Create(k, k)))));
            (List<(string, MethodDefinition)> methods, List<(string, TypeDefinition)> types) = sources[assembly];
            foreach ((string symbol, MethodDefinition method) in oldNames.Methods)
            {
                if (assembly.Edits.Elements.NewOf(MetadataNames.Key(method)) is { } key && NewMethods(assembly).TryGetValue(key, out MethodDefinition? now))
                    methods.Add((symbol, now));
            }
            names.Add((assembly.New, MangledNames.From(methods, types)));
            names.Add((assembly.Old, oldNames));
        }
        HashSet<string> lasting = new(StringComparer.Ordinal);
        foreach ((TypeDefinition made, TypeDefinition source) in linker.EmittedTypes.Where(t => linker.Added.Any(a => a.Module.Module == t.Emitted.Module)))
        {
            if (ValuesOf(made).FirstOrDefault(f => DiesWithItsDelta(f.FieldType)) is not { } field)
                lasting.Add(SymbolOf(made, written));
            else if (source.Fields.FirstOrDefault(f => f.Name == field.Name) is { } declared && !AssemblyModel.IsInGenerated(source))
                Warnings = Warnings.Add(NativeDiagnostics.StaticStartsAnew.At(linker.Elements.AssemblyOf(declared).Lines.Of(declared)?.Where, linker.Elements.AssemblyOf(declared).NewNames.Of(declared)));
        }
        Renaming = SymbolRenaming.Of(renamed);
        Names = new SymbolNames(names, lasting);
    }

    private static MethodDefinition? StaticConstructor(TypeDefinition type) => type.Methods.FirstOrDefault(m => m is { IsConstructor: true, IsStatic: true });

    private static IEnumerable<FieldDefinition> ValuesOf(TypeDefinition storage) =>
        // Values of an instance field stand in objects of this very class, which nothing but its table knows, and which no code asks for their type.
        storage.Fields.Any(f => f.Name == FieldBesideMaker.Table)
            ? storage.Fields.Where(f => !f.IsStatic)
            : storage.Fields.Where(f => f.IsStatic && !StaticFields.IsConstant(f) && f.RVA == 0);

    // The object in a field may be of a type that this delta brings, or a generic instance of one: the next delta brings its own, and would not know this one's objects.
    private static bool DiesWithItsDelta(TypeReference type) => type.MetadataType != MetadataType.String && StaticFields.HoldsReferences(type);

    private Dictionary<string, MethodDefinition> NewMethods(ChangedAssembly assembly)
    {
        if (!_newMethods.TryGetValue(assembly, out Dictionary<string, MethodDefinition>? known))
            _newMethods[assembly] = known = assembly.New.Types.SelectMany(t => t.Methods).ToDictionary(MetadataNames.Key, StringComparer.Ordinal);
        return known;
    }

    private static IEnumerable<IMemberDefinition> Elements(AssemblyModel model) => model.Types.SelectMany(t => t.Methods.Cast<IMemberDefinition>().Append(t));

    private static string SymbolOf(IMemberDefinition made, Dictionary<ModuleDefinition, (AssemblyModel Model, MangledNames Names)> written)
    {
        (AssemblyModel model, MangledNames names) = written[(made as TypeDefinition ?? made.DeclaringType).Module];
        return names.SymbolOf(MetadataNames.Key((IMemberDefinition)model.Module.LookupToken(made.MetadataToken)))!;
    }

    private (AssemblyModel, MangledNames) Read(ReadOnlyMemory<byte> image)
    {
        AssemblyModel model = AssemblyModel.Read(new AssemblyRevision(image, null));
        _models.Add(model);
        return (model, MangledNames.Of(model));
    }

    // Stands in the names of the assemblies that every delta has for itself: nothing of them may be taken for another delta's.
    private static string Identity(NativeBuild old, NativeBuild @new)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(typeof(SyntheticEdits).Module.ModuleVersionId.ToByteArray());
        foreach (ProgramAssembly assembly in (IEnumerable<ProgramAssembly>)[old.Assembly, .. old.OtherAssemblies, @new.Assembly, .. @new.OtherAssemblies])
        {
            hash.AppendData(Encoding.UTF8.GetBytes(assembly.Name + "\n"));
            hash.AppendData(SHA256.HashData(assembly.Image.Span));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    private static AssemblyRevision Revision(ProgramAssembly assembly) => new(assembly.Image, assembly.Pdb.IsEmpty ? null : assembly.Pdb);
}
