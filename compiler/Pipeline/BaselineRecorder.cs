using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Native.Audit;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Hosting;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>Makes a baseline's record out of a build.</summary>
internal static class BaselineRecorder
{
    /// <summary>Tool name and version, as records and deltas name it.</summary>
    public static readonly string CreatedBy =
        "HotpatchBuild " + typeof(BaselineRecorder).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Records a build.</summary>
    /// <param name="request">Where the build is.</param>
    /// <param name="build">The build.</param>
    /// <param name="key">What it is of.</param>
    /// <param name="tree">The state of the sources.</param>
    /// <param name="audit">What the audit of the executable found.</param>
    public static BaselineRecord Record(BuildRequest request, NativeBuild build, BaselineKey key, WorkingTree tree, PrologueAuditReport audit)
    {
        CompiledFiles files = CompiledFiles.Of(build.CompilerArguments, Path.GetDirectoryName(request.ProjectFile)!);
        var manifest = new BaselineManifest
        {
            FormatVersion = BaselineManifest.CurrentFormatVersion,
            CreatedBy = CreatedBy,
            Key = key,
            Commit = tree.Head.Hex,
            Modified = tree.IsModified(files.Sources),
            BuildId = Convert.ToHexStringLower(build.BuildId.AsSpan()),
            IlcVersion = build.IlcVersion,
            Frameworks = build.Frameworks,
            LayoutFlags = build.LayoutFlags,
            Linker = build.Linker,
            Audit = Summarise(audit),
            Sources = [.. files.Sources.Select(path => new BaselineSource(tree.Relative(path), Convert.ToHexStringLower(SHA256.HashData(NativeBuildCollector.ReadFile(path)))))],
            References = [.. files.References.Select(path => new BaselineReference(Path.GetFileName(path), NativeBuildCollector.ReadMvid(NativeBuildCollector.ReadFile(path), path)))],
            Assemblies = [],
            Parts = [],
        };
        return new BaselineRecord(manifest, build);
    }

    /// <summary>Audits the entries of a build's functions.</summary>
    /// <param name="request">Where the build is.</param>
    /// <param name="build">The build.</param>
    public static PrologueAuditReport Audit(BuildRequest request, NativeBuild build)
    {
        ElfFile program = ElfFile.Read(build.Executable, request.Executable);
        return PrologueAudit.Run(program, NativeBuildCollector.WithSymbols(request, program), request.Executable, IlcMap.Read(build.Map, request.NativeMap).CodeLengths());
    }

    /// <summary>What a record keeps of an audit.</summary>
    /// <param name="report">The audit.</param>
    public static BaselineAudit Summarise(PrologueAuditReport report) => new(
        report.FunctionCount,
        report.PatchableCount + report.PatchableWhenIdleCount,
        report.PatchableWhenIdleCount,
        [.. report.Functions.Where(f => f.Verdict == PrologueVerdict.NotPatchable).Select(f => new UnpatchableFunction(f.Name, f.Reason ?? ""))]);
}
