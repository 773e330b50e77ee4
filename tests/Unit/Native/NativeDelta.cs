using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Native.Audit;
using HotpatchBuild.Compiler.Native.Comparison;
using HotpatchBuild.Compiler.Native.Linking;
using HotpatchBuild.Compiler.Native.Naming;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Native;

/// <summary>A delta from one program to another, made as a build makes it.</summary>
internal static class NativeDelta
{
    public static NativeBaseline Record(NativeProgram program)
    {
        NativeBuild build = program.ToBuild(linked: true);
        ElfFile executable = ElfFile.Read(build.Executable, NativeProgram.Name);
        PrologueAuditReport audit = PrologueAudit.Run(executable, executable, NativeProgram.Name);
        return new NativeBaseline(build, NativeBaseline.Summarise(audit));
    }

    /// <summary>By both ways: the new object itself, then a synthetic program.</summary>
    public static NativeDeltaResult Make(NativeBaseline baseline, NativeProgram edited) =>
        new NativeDeltaCompiler().Compile(baseline, edited.ToBuild(linked: false), new NativeProgram.Compiler(edited.Flags));

    /// <summary>By the new object only.</summary>
    public static NativeDeltaResult MakeDirectly(NativeBaseline baseline, NativeProgram edited) =>
        new NativeDeltaCompiler().Compile(baseline, edited.ToBuild(linked: false), synthetic: null);

    /// <summary>In one line: the refusals, or the functions that are replaced and (in brackets) those that are new.</summary>
    public static string Text(NativeDeltaResult result) =>
        !result.Refusals.IsEmpty ? string.Join(' ', result.Refusals.Select(r => r.Id).Distinct().Order(StringComparer.Ordinal))
        : result.Image is null ? "nothing"
        : string.Join("; ", result.Image.Functions.Select(Name).Order(StringComparer.Ordinal));

    /// <summary>What the native comparison alone says, as if the comparison of IL had no objection.</summary>
    public static string TextWithoutIL(NativeBaseline baseline, NativeProgram edited)
    {
        NativeBuild build = edited.ToBuild(linked: false);
        using AssemblyEdits edits = AssemblyEdits.Compare(baseline.Build, build);
        IlcObject old = Read(baseline.Build, n => n), @new = Read(build, edits.Renaming.Apply);
        var linked = new LinkedBaseline(old, ElfFile.Read(baseline.Build.Executable, NativeProgram.Name), SymbolsOf(baseline.Build));
        var builder = new PatchContentBuilder(
            ObjectComparison.Compare(old, @new), new BaselinePatchPoints(linked, baseline.Audit), edits.Names, NativeDeltaCompiler.AnalysisOf(baseline.Build));
        return builder.Build() is { } content
            ? string.Join("; ", content.Functions.Select(f => content.PatchPointOf(f) is null ? $"({content.DisplayNameOf(f)})" : content.DisplayNameOf(f)).Order(StringComparer.Ordinal))
            : string.Join(' ', builder.Failures.Select(f => f.Id).Distinct().Order(StringComparer.Ordinal));
    }

    public static IlcObject Read(NativeBuild build, Func<string, string> rename) => IlcObject.Read(ElfFile.Read(build.Object, "App.o"), IlcMap.Read(build.Map, "App.map.xml"), "App.o", rename);

    public static IEnumerable<HotpatchBuild.Compiler.Native.Linking.LinkedSymbol> SymbolsOf(NativeBuild build) =>
        build.Symbols.Symbols.Select(s => new HotpatchBuild.Compiler.Native.Linking.LinkedSymbol(s.Name, s.Address, s.Type == ElfSymbolType.ThreadLocal));

    private static string Name(PatchFunction function) => function.PatchPoint is null ? $"({function.DisplayName})" : function.DisplayName;
}
