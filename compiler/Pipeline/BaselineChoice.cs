using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Hosting;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>Which baseline a build is compared with.</summary>
internal static class BaselineChoice
{
    /// <summary>Chooses the baseline file.</summary>
    /// <param name="request">What the user asked for.</param>
    /// <param name="key">What is built.</param>
    /// <param name="store">The store.</param>
    /// <param name="git">The repository.</param>
    /// <param name="head">The commit that is checked out.</param>
    /// <param name="rebuild">Makes the baseline of a commit that was named and that has none, and gives its file.</param>
    /// <returns>The file, or null when this build becomes a baseline.</returns>
    public static string? Choose(BuildRequest request, BaselineKey key, BaselineStore store, IGitRepository git, ObjectId head, Func<ObjectId, string> rebuild)
    {
        if (request.NewBaseline)
            return null;
        if (request.Baseline.Length == 0)
            return store.FindNewest(key, git, head);
        if (request.Baseline.EndsWith(BaselineStore.Extension, StringComparison.OrdinalIgnoreCase))
            return Path.GetFullPath(request.Baseline, Path.GetDirectoryName(request.ProjectFile)!);
        ObjectId commit = git.ResolveCommit(request.Baseline);
        return store.Find(key, commit) ?? rebuild(commit);
    }

    /// <summary>Refuses a baseline that the build cannot be compared with.</summary>
    /// <param name="path">The baseline's file.</param>
    /// <param name="manifest">The baseline.</param>
    /// <param name="key">What is built.</param>
    /// <param name="build">The build.</param>
    public static void CheckComparable(string path, BaselineManifest manifest, BaselineKey key, NativeBuild build)
    {
        string name = manifest.Commit[..12];
        if (manifest.Key != key)
            throw new HotpatchException(BaselineDiagnostics.OtherProgram.With(path, manifest.Key, key));
        if (manifest.IlcVersion != build.IlcVersion)
            throw new HotpatchException(BaselineDiagnostics.OtherIlc.With(name, manifest.IlcVersion, build.IlcVersion));
        if (!manifest.Frameworks.SequenceEqual(build.Frameworks))
            throw new HotpatchException(BaselineDiagnostics.OtherFrameworks.With(name, string.Join(", ", manifest.Frameworks), string.Join(", ", build.Frameworks)));
        if (!manifest.LayoutFlags.SequenceEqual(build.LayoutFlags))
            throw new HotpatchException(BaselineDiagnostics.OtherFlags.With(name, string.Join(' ', manifest.LayoutFlags), string.Join(' ', build.LayoutFlags)));
    }
}
