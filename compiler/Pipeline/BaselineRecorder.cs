using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Hosting;

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
    /// <param name="facts">What its engine says.</param>
    public static BaselineRecord Record(ProgramBuild build, BaselineKey key, BaselineOrigin origin, ProgramFacts facts)
    {
        var manifest = new BaselineManifest
        {
            FormatVersion = BaselineManifest.CurrentFormatVersion,
            CreatedBy = CreatedBy,
            Engine = facts.Engine,
            Key = key,
            Commit = origin.Commit.Hex,
            Modified = origin.Modified,
            Rebuilt = origin.Rebuilt,
            Frameworks = build.Frameworks,
            Sources = origin.Sources,
            References = origin.References,
            Native = facts.Native,
            Assemblies = [],
            Parts = [],
        };
        return new BaselineRecord(manifest, build);
    }

    /// <summary>What a build of the working tree is made of.</summary>
    /// <param name="request">Where the build is.</param>
    /// <param name="build">The build.</param>
    /// <param name="tree">The state of the sources.</param>
    public static BaselineOrigin OriginOf(BuildRequest request, ProgramBuild build, WorkingTree tree)
    {
        CompiledFiles files = CompiledFiles.Of(build.CompilerArguments, Path.GetDirectoryName(request.ProjectFile)!);
        return new BaselineOrigin
        {
            Commit = tree.Head,
            Modified = tree.IsModified(files.Sources),
            Sources = [.. files.Sources.Select(path => new BaselineSource(tree.Relative(path), Convert.ToHexStringLower(SHA256.HashData(BuildFiles.Read(path)))))],
            References = [.. files.References.Select(path => new BaselineReference(Path.GetFileName(path), BuildFiles.ReadMvid(BuildFiles.Read(path), path)))],
        };
    }
}
