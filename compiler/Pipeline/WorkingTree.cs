using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>The state of the sources that a build was made of.</summary>
/// <param name="git">The repository.</param>
internal sealed class WorkingTree(IGitRepository git)
{
    /// <summary>The commit that is checked out.</summary>
    public ObjectId Head { get; } = git.ResolveCommit("HEAD");

    /// <summary>The path by which the repository knows a file, or the path itself where it lies outside.</summary>
    /// <param name="path">Absolute path.</param>
    public string Relative(string path)
    {
        string relative = Path.GetRelativePath(git.TopLevel, path).Replace('\\', '/');
        return relative == ".." || relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? path : relative;
    }

    /// <summary>
    /// True when what was compiled is not what the commit holds: a tracked file differs, or a source is not tracked. Other untracked
    /// files (build output without an ignore file) say nothing.
    /// </summary>
    /// <param name="sources">The compiled files, absolute.</param>
    public bool IsModified(IEnumerable<string> sources)
    {
        IReadOnlyList<TreeChange> changes = git.CompareWithWorkingTree(Head);
        HashSet<string>? compiled = null;
        foreach (TreeChange change in changes)
        {
            if (change.Kind != TreeChangeKind.Added)
                return true;
            compiled ??= [.. sources.Where(source => !IsIntermediate(source)).Select(Relative)];
            if (compiled.Contains(change.Path))
                return true;
        }
        return false;
    }

    /// <summary>True when this clone holds a commit.</summary>
    /// <param name="commit">The commit.</param>
    public bool Has(ObjectId commit)
    {
        try
        {
            return git.ResolveCommit(commit.Hex + "^{commit}") == commit;
        }
        catch (HotpatchException e) when (e.Failure.Id == BuildDiagnostics.UnknownRevision.Id || e.Failure.Id == BuildDiagnostics.RevisionNotInShallowClone.Id)
        {
            return false;
        }
    }

    /// <summary>A revision as a delta names it.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="modified">True when the sources had changes beyond it.</param>
    public DeltaRevision Describe(ObjectId commit, bool modified) => new(commit.Hex, git.Describe(commit).ShortName, modified);

    // What the SDK generates (AssemblyInfo, global usings) follows from the project.
    private static bool IsIntermediate(string path) => path.Contains("/obj/", StringComparison.Ordinal);
}
