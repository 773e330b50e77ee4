using System.Collections.Immutable;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Folding;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Native.Naming;

/// <summary>The edits of all of a program's own assemblies, and what ties them to the symbols of its object files.</summary>
internal sealed class AssemblyEdits : IProgramEdits
{
    private readonly List<(AssemblyModel Model, MangledNames Names, EditSet Edits)> _new = [];
    private readonly List<(AssemblyModel Model, MangledNames Names)> _old = [];
    private readonly Lazy<EditReach> _reach;

    private AssemblyEdits() => _reach = new(() => new EditReach(_new.Select(n => (n.Model, n.Edits))));

    /// <inheritdoc/>
    public ImmutableArray<Failure> Refusals { get; private set; } = [];

    /// <inheritdoc/>
    public ImmutableArray<Failure> Warnings { get; private set; } = [];

    /// <inheritdoc/>
    public SymbolRenaming Renaming { get; private set; } = SymbolRenaming.None;

    /// <inheritdoc/>
    public SymbolNames Names { get; private set; } = null!;

    /// <summary>Compares two builds assembly by assembly; what is the same to the byte has no edits.</summary>
    public static AssemblyEdits Compare(NativeBuild old, NativeBuild @new)
    {
        var result = new AssemblyEdits();
        ProgramAssembly[] before = [old.Assembly, .. old.OtherAssemblies], after = [@new.Assembly, .. @new.OtherAssemblies];
        List<Failure> refusals = [];
        foreach (string name in before.Concat(after).Select(a => a.Name).Distinct())
        {
            ProgramAssembly? a = before.FirstOrDefault(x => x.Name == name), b = after.FirstOrDefault(x => x.Name == name);
            if (a is null || b is null)
                refusals.Add((a is null ? NativeDiagnostics.AssemblyAdded : NativeDiagnostics.AssemblyRemoved).With(name));
            else if (!a.Image.Span.SequenceEqual(b.Image.Span))
                result.Add(a, b, PolicyFor(@new));
        }
        EditSet[] sets = [.. result._new.Select(n => n.Edits)];
        result.Refusals = [.. refusals, .. sets.SelectMany(s => s.Refusals)];
        result.Warnings = [.. sets.SelectMany(s => s.Warnings), .. UsesElsewhere.Find(sets, [.. before.Select(a => new ProcessAssembly(a.Name, Revision(a)))], [])];
        result.Renaming = SymbolRenaming.Of(result._old.Zip(result._new, (o, n) => (o.Names, n.Names, n.Edits.Elements)));
        // Symbols are in terms of the baseline: a method has moved on to another name since.
        result.Names = new SymbolNames([.. result._new.Select(n => (n.Model, n.Names.Renamed(result.Renaming.Apply))), .. result._old])
        {
            Statics = new StaticsLayout([.. result._new.Select(n => (n.Model, n.Edits.Elements))]),
        };
        return result;
    }

    /// <inheritdoc/>
    public bool Explains(string symbol)
    {
        string plain = MangledNames.WithoutInstantiations(symbol);
        foreach (((AssemblyModel _, MangledNames oldNames), (AssemblyModel _, MangledNames _, EditSet edits)) in _old.Zip(_new))
        {
            if (!oldNames.Methods.TryGetValue(plain, out Mono.Cecil.MethodDefinition? method))
                continue;
            string key = MetadataNames.Key(method);
            return edits.ChangedOld.Contains(key) || (edits.Elements.NewOf(key) is { } after && (edits.ChangedNew.Contains(after) || _reach.Value.Explains(edits, after)));
        }
        // Not a method of the program: an instance of framework code over types of an assembly that was edited.
        return _new.Any(n => n.Edits.HasEffect && n.Names.Types.Keys.Any(type => symbol.Contains(type, StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((AssemblyModel model, _, _) in _new)
            model.Dispose();
        foreach ((AssemblyModel model, _) in _old)
            model.Dispose();
    }

    // All assemblies of a NativeAOT program are compared and patched together.
    private static EditPolicy PolicyFor(NativeBuild build) =>
        new() { ClosedWorld = true, NewTypesOwnStatics = true, StaticsAreNotFolded = build.LayoutFlags.Contains(NativeDeltaCompiler.NoPreInitializedStatics) };

    private void Add(ProgramAssembly old, ProgramAssembly @new, EditPolicy policy)
    {
        AssemblyRevision a = Revision(old), b = Revision(@new);
        AssemblyModel oldModel = AssemblyModel.Read(a), newModel = AssemblyModel.Read(b);
        _old.Add((oldModel, MangledNames.Of(oldModel)));
        _new.Add((newModel, MangledNames.Of(newModel), AssemblyComparison.Compare(a, b, policy)));
    }

    private static AssemblyRevision Revision(ProgramAssembly assembly) => new(assembly.Image, assembly.Pdb.IsEmpty ? null : assembly.Pdb);
}
