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
}
