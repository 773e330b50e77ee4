using System.Collections.Immutable;
using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Pipeline;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Qualification.Probing;

/// <summary>The delta between the probe's two versions, made as any delta is.</summary>
internal static class ProbeDelta
{
    /// <summary>Makes it.</summary>
    /// <param name="build">The two versions.</param>
    /// <param name="ilcVersion">For the failure.</param>
    /// <exception cref="HotpatchException">It is refused, or the object files cannot be read.</exception>
    public static DeltaFile Make(ProbeBuild build, string ilcVersion)
    {
        NativeDeltaResult result = new NativeDeltaCompiler().Compile(build.Baseline, build.Patched, synthetic: null);
        if (!result.Refusals.IsEmpty)
            throw new HotpatchException(QualificationDiagnostics.Failed.With(ilcVersion, $"no delta can be made ({result.Refusals[0].Id}: {result.Refusals[0].What.TrimEnd('.')})"));
        NativePatchImage image = result.Image ?? throw new HotpatchException(QualificationDiagnostics.Failed.With(ilcVersion, "its two versions came out the same"));
        var module = new DeltaModule(
            ProbeBuild.AssemblyName, PatchEngine.Native, build.Baseline.Build.Assembly.Mvid, build.Baseline.Build.Identity, "", "", result.Functions);
        var manifest = new DeltaManifest
        {
            FormatVersion = DeltaManifest.CurrentFormatVersion,
            Id = "",
            Program = ProbeBuild.AssemblyName,
            Baseline = new DeltaRevision("", "before", false),
            Target = new DeltaRevision("", "after", false),
            CreatedAt = DateTimeOffset.UnixEpoch,
            CreatedBy = BaselineRecorder.CreatedBy,
            Advisory = new DeltaAdvisory("", []),
            Modules = [module],
        };
        return DeltaFile.Create(manifest, new Dictionary<string, ImmutableArray<byte>> { [module.Name] = NativePatchImageWriter.Write(image) });
    }
}
