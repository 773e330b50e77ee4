using System.Collections.Immutable;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Native.Audit;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Compiler.Pipeline.Rebuilding;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Hosting;

namespace HotpatchBuild.Compiler.Pipeline.Engines;

/// <summary>A build to native code.</summary>
/// <param name="request">What was built.</param>
/// <param name="outputs">What ILC and the linker made.</param>
/// <param name="build">All of it, read.</param>
/// <param name="compiler">Makes patch images.</param>
internal sealed class NativeEngineBuild(BuildRequest request, NativeOutputs outputs, NativeBuild build, INativeDeltaCompiler compiler) : IEngineBuild
{
    private readonly string _projectDirectory = Path.GetDirectoryName(request.ProjectFile)!;

    /// <inheritdoc/>
    public ProgramBuild Build => build;

    /// <inheritdoc/>
    public IEnumerable<string> OtherAssemblyFiles => NativeEngine.OtherAssemblyPaths(request, build.IlcArguments);

    /// <summary>What ILC and the linker are given (rd.xml, native libraries).</summary>
    public IEnumerable<string> OtherInputFiles =>
        IlcCommand.NamedFiles(build.IlcArguments, _projectDirectory).Concat(IlcCommand.NamedFiles(LinkCommand.Words(build.LinkerArguments), _projectDirectory));

    /// <inheritdoc/>
    public ProgramFacts Facts()
    {
        ElfFile program = ElfFile.Read(build.Executable, outputs.Executable);
        PrologueAuditReport audit = PrologueAudit.Run(
            program, NativeEngine.WithSymbols(outputs, program), outputs.Executable, IlcMap.Read(build.Map, outputs.NativeMap).CodeLengths());
        return new ProgramFacts(
            PatchEngine.Native, new BaselineNative(build.Identity, build.IlcVersion, build.LayoutFlags, build.Linker, NativeBaseline.Summarise(audit)), audit.Summary);
    }

    /// <inheritdoc/>
    public void RequireComparable(string name, BaselineRecord baseline)
    {
        (_, NativeBuild old) = Parts(name, baseline);
        if (old.IlcVersion != build.IlcVersion)
            throw new HotpatchException(BaselineDiagnostics.OtherIlc.With(name, old.IlcVersion, build.IlcVersion));
        if (!old.Frameworks.SequenceEqual(build.Frameworks))
            throw new HotpatchException(BaselineDiagnostics.OtherFrameworks.With(name, string.Join(", ", old.Frameworks), string.Join(", ", build.Frameworks)));
        if (!old.LayoutFlags.SequenceEqual(build.LayoutFlags))
            throw new HotpatchException(BaselineDiagnostics.OtherFlags.With(name, string.Join(' ', old.LayoutFlags), string.Join(' ', build.LayoutFlags)));
    }

    /// <inheritdoc/>
    public ProgramDelta Compare(BaselineRecord baseline, CancellationToken cancellation)
    {
        (BaselineNative native, NativeBuild old) = Parts(baseline.Manifest.Commit[..12], baseline);
        if (old.BuildId.SequenceEqual(build.BuildId))
            return ProgramDelta.Unchanged;
        NativeDeltaResult result = compiler.Compile(
            new NativeBaseline(old, native.Audit), build, new SyntheticCompilation(request, outputs, build, cancellation));
        return new ProgramDelta
        {
            Refusals = result.Refusals,
            Warnings = result.Warnings,
            Modules = result.Image is { } image
                ? [new ProgramModule(
                    new DeltaModule(old.Assembly.Name, PatchEngine.Native, old.Assembly.Mvid, native.BuildId, "", "", result.Functions), NativePatchImageWriter.Write(image))]
                : [],
        };
    }

    /// <inheritdoc/>
    public IEngineBuild CompleteRebuild(RebuiltFiles files, ToolProcess tools, CancellationToken cancellation)
    {
        NativeOutputs target = files.Request.Native!;
        IlcCommand ilc = IlcCommand.Redirect(build.IlcArguments, _projectDirectory, request.Assembly, files);
        OutputFiles.WriteLines(files.IlcResponse, ilc.Lines);
        tools.Run(Path.Combine(outputs.IlcToolsDirectory, "ilc"), ["@" + files.IlcResponse], cancellation);
        ImmutableDictionary<string, string> moved = ilc.Moved.SetItem(outputs.Executable, target.Executable);
        tools.Run(
            outputs.Linker,
            LinkCommand.Redirect(LinkCommand.Words(build.LinkerArguments), _projectDirectory, moved, outputs.NativeObject, outputs.Executable), cancellation);
        Strip(tools, target, cancellation);
        return new NativeEngine(files.Request, target, compiler).Collect();
    }

    /// <summary>The three steps of LinkNative in Microsoft.NETCore.Native.targets; the debug link in the executable is a file name and a checksum.</summary>
    private static void Strip(ToolProcess tools, NativeOutputs target, CancellationToken cancellation)
    {
        if (target.SymbolFile == target.Executable)
            return;
        tools.Run(target.ObjCopy, ["--only-keep-debug", target.Executable, target.SymbolFile], cancellation);
        tools.Run(target.ObjCopy, ["--strip-debug", "--strip-unneeded", target.Executable], cancellation);
        tools.Run(target.ObjCopy, ["--add-gnu-debuglink=" + target.SymbolFile, target.Executable], cancellation);
    }

    private static (BaselineNative Native, NativeBuild Build) Parts(string name, BaselineRecord baseline) =>
        baseline is { Manifest.Native: { } native, Build: NativeBuild old }
            ? (native, old)
            : throw new HotpatchException(BaselineDiagnostics.OtherEngine.With(name, "CoreCLR", "NativeAOT"));
}
