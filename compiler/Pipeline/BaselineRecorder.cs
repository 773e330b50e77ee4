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
    /// <param name="build">The build.</param>
    /// <param name="key">What it is of.</param>
    /// <param name="origin">What it was made of.</param>
    /// <param name="audit">What the audit of the executable found.</param>
    public static BaselineRecord Record(NativeBuild build, BaselineKey key, BaselineOrigin origin, PrologueAuditReport audit)
    {
        var manifest = new BaselineManifest
        {
            FormatVersion = BaselineManifest.CurrentFormatVersion,
            CreatedBy = CreatedBy,
            Key = key,
            Commit = origin.Commit.Hex,
            Modified = origin.Modified,
            Rebuilt = origin.Rebuilt,
            BuildId = Convert.ToHexStringLower(build.BuildId.AsSpan()),
            IlcVersion = build.IlcVersion,
            Frameworks = build.Frameworks,
            LayoutFlags = build.LayoutFlags,
            Linker = build.Linker,
            Audit = Summarise(audit),
            Sources = origin.Sources,
            References = origin.References,
            Assemblies = [],
            Parts = [],
        };
        return new BaselineRecord(manifest, build);
    }

    /// <summary>What a build of the working tree is made of.</summary>
    /// <param name="request">Where the build is.</param>
    /// <param name="build">The build.</param>
    /// <param name="tree">The state of the sources.</param>
    public static BaselineOrigin OriginOf(BuildRequest request, NativeBuild build, WorkingTree tree)
    {
        CompiledFiles files = CompiledFiles.Of(build.CompilerArguments, Path.GetDirectoryName(request.ProjectFile)!);
        return new BaselineOrigin
        {
            Commit = tree.Head,
            Modified = tree.IsModified(files.Sources),
            Sources = [.. files.Sources.Select(path => new BaselineSource(tree.Relative(path), Convert.ToHexStringLower(SHA256.HashData(NativeBuildCollector.ReadFile(path)))))],
            References = [.. files.References.Select(path => new BaselineReference(Path.GetFileName(path), NativeBuildCollector.ReadMvid(NativeBuildCollector.ReadFile(path), path)))],
        };
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
