using System.Collections.Immutable;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Native.Comparison;
using HotpatchBuild.Compiler.Native.Linking;
using HotpatchBuild.Compiler.Native.Naming;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Compiler.Native.Synthesis;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Compiler.Native;

/// <summary>
/// From two builds to a native patch image: IL first, because it tells what the developer changed and what no comparison of code can see;
/// then the object files, which tell what of the compiled program follows from it. A difference that only one of them sees is refused.
/// What cannot be patched so is tried once more with the new code beside the baseline's types (<see cref="SyntheticEdits"/>), which takes another run of ILC.
/// </summary>
internal sealed class NativeDeltaCompiler : INativeDeltaCompiler
{
    /// <summary>ILC does not run static constructors at compile time, so it knows no value of a static field.</summary>
    public const string NoPreInitializedStatics = "--nopreinitstatics";

    // Without it ILC counts which types are made, and compiles calls and casts for just these (ILScanner.cs).
    private const string NoScan = "--noscan";

    /// <summary>Keeps the code generator from comparing with known classes, and so from counting them.</summary>
    public const string GuardedDevirtualizationOff = "--codegenopt:JitEnableGuardedDevirtualization=0";

    /// <inheritdoc/>
    public NativeDeltaResult Compile(NativeBaseline baseline, NativeBuild build, ISyntheticCompiler? synthetic)
    {
        Lazy<IlcObject> old = new(() => ReadObject(baseline.Build.Object, baseline.Build.Map, SymbolRenaming.None, "the baseline's object file"));
        bool compared;
        NativeDeltaResult direct;
        using (AssemblyEdits edits = AssemblyEdits.Compare(baseline.Build, build))
        {
            compared = edits.Refusals.IsEmpty;
            direct = compared
                ? Compare(baseline, build, old.Value, ReadObject(build.Object, build.Map, edits.Renaming, "the new object file"), edits)
                : new NativeDeltaResult { Refusals = edits.Refusals, Warnings = edits.Warnings };
        }
        if (direct.Refusals.IsEmpty || synthetic is null)
            return direct;
        try
        {
            return Choose(direct, compared, CompileBeside(baseline, build, old, synthetic));
        }
        catch (HotpatchException e)
        {
            return direct with { Warnings = direct.Warnings.Add(NativeDiagnostics.SyntheticNotPossible.With(e.Failure)) };
        }
    }

    // What stands in the way is said once: by the way on which one gets further.
    private static NativeDeltaResult Choose(NativeDeltaResult direct, bool compared, (NativeDeltaResult Result, bool Compared) beside) =>
        beside.Result.Refusals.IsEmpty || (beside.Compared && !compared) ? beside.Result
        : compared && !beside.Compared ? direct
        : beside.Result.Refusals.Length < direct.Refusals.Length || !compared ? beside.Result
        : direct;

    private static (NativeDeltaResult Result, bool Compared) CompileBeside(NativeBaseline baseline, NativeBuild build, Lazy<IlcObject> old, ISyntheticCompiler synthetic)
    {
        using SyntheticEdits edits = SyntheticEdits.Make(baseline.Build, build);
        if (!edits.Refusals.IsEmpty)
            return (new NativeDeltaResult { Refusals = edits.Refusals, Warnings = edits.Warnings }, false);
        if (edits.Program is not { } program)
            return (NativeDeltaResult.Unchanged with { Warnings = edits.Warnings }, false);
        CompiledObject compiled = synthetic.Compile(program);
        return (Compare(baseline, build, old.Value, ReadObject(compiled.Object, compiled.Map, edits.Renaming, "the object file of the synthetic program"), edits), true);
    }

    private static NativeDeltaResult Compare(NativeBaseline baseline, NativeBuild build, IlcObject old, IlcObject @new, IProgramEdits edits)
    {
        ObjectComparison comparison = ObjectComparison.Compare(old, @new);
        WholeProgramAnalysis analysis = AnalysisOf(baseline.Build);
        bool concludes = analysis != WholeProgramAnalysis.None && WholeProgramChanges.AreComparable(baseline.Build, build);
        if (FindUnexplained(comparison, edits, concludes) is { IsEmpty: false } unexplained)
            return new NativeDeltaResult { Refusals = unexplained, Warnings = edits.Warnings };

        var linked = new LinkedBaseline(old, ElfFile.Read(baseline.Build.Executable, "the baseline's executable"), SymbolsOf(baseline.Build));
        var content = new PatchContentBuilder(comparison, new BaselinePatchPoints(linked, baseline.Audit), edits.Names, analysis);
        if (content.Build() is not { } patch)
            return new NativeDeltaResult { Refusals = [.. content.Failures], Warnings = edits.Warnings };
        if (patch.Replaced.IsEmpty)
            return NativeDeltaResult.Unchanged with { Warnings = edits.Warnings };

        NativePatchImage image = PatchLinker.Link(patch, linked);
        return new NativeDeltaResult { Image = image, Functions = Describe(image, edits.Names), Warnings = [.. edits.Warnings, .. WarnOfNewTypes(patch, edits.Names)] };
    }

    internal static WholeProgramAnalysis AnalysisOf(NativeBuild build) =>
        build.LayoutFlags.Contains(NoScan) ? WholeProgramAnalysis.None
        : build.LayoutFlags.Contains(GuardedDevirtualizationOff) ? WholeProgramAnalysis.CountsTypes
        : WholeProgramAnalysis.CountsTypes | WholeProgramAnalysis.GuessesClasses;

    private static IlcObject ReadObject(ReadOnlyMemory<byte> @object, ReadOnlyMemory<byte> map, SymbolRenaming renaming, string name) =>
        IlcObject.Read(ElfFile.Read(@object, name), IlcMap.Read(map, name), name, renaming.Apply);

    private static IEnumerable<Linking.LinkedSymbol> SymbolsOf(NativeBuild build) =>
        build.Symbols.Symbols.Select(s => new Linking.LinkedSymbol(s.Name, s.Address, s.Type == ElfSymbolType.ThreadLocal));

    // Code of the program may differ where it reaches a changed element. Code of the framework may differ where it is an instance over
    // the program's types. Both may differ where ILC concludes something else from another program; anything else would be another framework,
    // other flags or a mistake of ours.
    private static ImmutableArray<Failure> FindUnexplained(ObjectComparison comparison, IProgramEdits edits, bool concludes)
    {
        var conclusions = new WholeProgramChanges(comparison, edits.Explains);
        return
        [
            .. comparison.Changed
                .Where(c => c.New.Kind == IlcNodeKind.Method && !edits.Explains(c.New.Name) && !(concludes && edits.IsOutside(c.New.Name) && conclusions.MayReplace(c)))
                .Select(c => NativeDiagnostics.Unexplained.At(edits.Names.SourceOf(c.New.Name), edits.Names.DisplayNameOf(c.New.Name))),
        ];
    }

    // Types that only the compiler knows (closures, state machines) have no names that a program would ask for.
    private static IEnumerable<Failure> WarnOfNewTypes(PatchContent patch, SymbolNames names) =>
        from node in patch.Brought
        where node.Kind == IlcNodeKind.ConstructedType && names.IsWrittenType(node.Name)
        select NativeDiagnostics.NewTypeHasNoName.At(names.SourceOf(node.Name), names.TypeNameOf(node.Name));

    // A changed method whose new code stands in a function of its own is one method.
    private static ImmutableArray<DeltaFunction> Describe(NativePatchImage image, SymbolNames names)
    {
        HashSet<Mono.Cecil.MethodDefinition> replaced = [.. image.Functions.Where(f => f.PatchPoint is not null).Select(f => names.FindMethod(f.Symbol)?.Method).OfType<Mono.Cecil.MethodDefinition>()];
        return
        [
            .. image.Functions.Where(f => f.PatchPoint is not null || names.FindMethod(f.Symbol) is not { } found || !replaced.Contains(found.Method))
                .OrderBy(f => f.Symbol, StringComparer.Ordinal).Select(f =>
                {
                    SourceLines? lines = names.LinesOf(f.Symbol);
                    return new DeltaFunction(f.Symbol, f.DisplayName, lines?.Where.File, lines?.FirstLine ?? 0, lines?.LastLine ?? 0, f.PatchPoint is null);
                }),
        ];
    }
}
