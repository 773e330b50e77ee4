using System.Globalization;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Hosting;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>Puts a delta file together from its parts and signs it where that is asked for.</summary>
internal static class DeltaAssembly
{
    /// <summary>Writes the delta.</summary>
    /// <param name="request">The advisory, the certificate and the place.</param>
    /// <param name="baseline">Where it starts.</param>
    /// <param name="build">Where it leads.</param>
    /// <param name="tree">The state of the new sources.</param>
    /// <param name="content">The patch images and their functions.</param>
    /// <param name="now">When it is made.</param>
    /// <returns>The size of the file.</returns>
    public static long Write(BuildRequest request, BaselineRecord baseline, ProgramBuild build, WorkingTree tree, ProgramDelta content, DateTimeOffset now)
    {
        CompiledFiles files = CompiledFiles.Of(build.CompilerArguments, Path.GetDirectoryName(request.ProjectFile)!);
        var manifest = new DeltaManifest
        {
            FormatVersion = DeltaManifest.CurrentFormatVersion,
            Id = "",
            Program = request.AssemblyName,
            Baseline = Revision(tree, baseline.Manifest),
            Target = tree.Describe(tree.Head, tree.IsModified(files.Sources)),
            CreatedAt = now.ToUniversalTime(),
            CreatedBy = BaselineRecorder.CreatedBy,
            Advisory = new DeltaAdvisory(request.AdvisoryText, [.. request.AdvisoryIdentifiers]),
            ActiveCode = ActiveCodeOf(request),
            Modules = [.. content.Modules.Select(module => module.Module)],
        };
        DeltaFile delta = DeltaFile.Create(manifest, content.Modules.ToDictionary(module => module.Module.Name, module => module.Image));
        if (request.SigningCertificate.Length > 0)
        {
            using DeltaSigner signer = DeltaSigner.Load(request.SigningCertificate);
            delta = DeltaSignature.Sign(delta, signer);
        }
        OutputFiles.CreateFolderOf(request.Delta);
        delta.Write(request.Delta);
        return new FileInfo(request.Delta).Length;
    }

    /// <summary>What the build wants for calls that are under way.</summary>
    /// <exception cref="HotpatchException">It is none of what there is.</exception>
    public static DeltaActiveCode ActiveCodeOf(BuildRequest request)
    {
        ActiveCodePolicy policy = ActiveCodePolicy.Finish;
        if (request.ActiveCode.Length > 0 && !DeltaActiveCode.TryParse(request.ActiveCode, out policy))
            throw new HotpatchException(PipelineDiagnostics.BadSetting.With("HotpatchActiveCode", request.ActiveCode, string.Join(", ", DeltaActiveCode.Names)));
        int seconds = DeltaActiveCode.DefaultTimeout;
        if (request.ActiveCodeTimeout.Length > 0
            && !(int.TryParse(request.ActiveCodeTimeout, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) && seconds <= DeltaActiveCode.MaximumTimeout))
            throw new HotpatchException(PipelineDiagnostics.BadSetting.With("HotpatchActiveCodeTimeout", request.ActiveCodeTimeout, $"0 to {DeltaActiveCode.MaximumTimeout} seconds"));
        return new DeltaActiveCode(policy, seconds);
    }

    /// <summary>A baseline that was fetched from elsewhere may be of a commit that this clone does not have; then its own name must do.</summary>
    private static DeltaRevision Revision(WorkingTree tree, BaselineManifest baseline) =>
        ObjectId.TryParse(baseline.Commit, out ObjectId commit) && tree.Has(commit)
            ? tree.Describe(commit, baseline.Modified)
            : new DeltaRevision(baseline.Commit, baseline.Commit[..12], baseline.Modified);
}
