using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Hosting;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>A baseline to compare with.</summary>
/// <param name="File">Its file; null where it was rebuilt for a check, which keeps nothing.</param>
/// <param name="Record">What it says.</param>
internal sealed record ChosenBaseline(string? File, BaselineRecord Record)
{
    /// <summary>Reads a baseline file.</summary>
    /// <param name="file">The file.</param>
    public static ChosenBaseline Read(string file) => new(file, BaselineReader.Read(file));
}

/// <summary>Which baseline a build is compared with.</summary>
internal static class BaselineChoice
{
    /// <summary>Chooses the baseline.</summary>
    /// <param name="request">What the user asked for.</param>
    /// <param name="key">What is built.</param>
    /// <param name="store">The store.</param>
    /// <param name="git">The repository.</param>
    /// <param name="head">The commit that is checked out.</param>
    /// <param name="rebuild">Makes the baseline of a commit that was named and that has none.</param>
    /// <returns>The baseline, or null when there is none to compare with.</returns>
    public static ChosenBaseline? Choose(BuildRequest request, BaselineKey key, BaselineStore store, IGitRepository git, ObjectId head, Func<ObjectId, ChosenBaseline> rebuild)
    {
        if (request.NewBaseline)
            return null;
        if (request.Baseline.Length == 0)
            return store.FindNewest(key, git, head) is { } newest ? ChosenBaseline.Read(newest) : null;
        if (request.Baseline.EndsWith(BaselineStore.Extension, StringComparison.OrdinalIgnoreCase))
            return ChosenBaseline.Read(Path.GetFullPath(request.Baseline, Path.GetDirectoryName(request.ProjectFile)!));
        ObjectId commit = git.ResolveCommit(request.Baseline);
        return store.Find(key, commit) is { } recorded ? ChosenBaseline.Read(recorded) : rebuild(commit);
    }
}
