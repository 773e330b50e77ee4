namespace HotpatchBuild.Compiler.Revisions;

/// <summary>Reads a git repository and never writes to it. All failures are <c>HPB20xx</c> of <see cref="BuildDiagnostics"/>.</summary>
public interface IGitRepository : IDisposable
{
    /// <summary>Absolute path of the working tree's root: of this linked worktree or of this submodule, where it is one.</summary>
    string TopLevel { get; }

    /// <summary><see cref="TopLevel"/> as the folder was spelled that the repository was opened with: symbolic links in it are kept.</summary>
    string SpelledTopLevel { get; }

    /// <summary>Finds the commit that a revision means: a name, an abbreviation, <c>HEAD~3</c>, an annotated tag.</summary>
    /// <param name="revision">What the user wrote; it may begin with a dash and is never taken for an option.</param>
    /// <param name="cancellation">Ends the git process.</param>
    ObjectId ResolveCommit(string revision, CancellationToken cancellation = default);

    /// <summary>Says whether <paramref name="older"/> is <paramref name="newer"/> or one of its ancestors.</summary>
    /// <param name="older">The commit that should come first.</param>
    /// <param name="newer">The commit that should come later.</param>
    /// <param name="cancellation">Ends the git process.</param>
    Ancestry CompareAge(ObjectId older, ObjectId newer, CancellationToken cancellation = default);

    /// <summary>Lists all files, links and submodules of a commit.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="cancellation">Ends the git process.</param>
    IReadOnlyList<TreeEntry> ListTree(ObjectId commit, CancellationToken cancellation = default);

    /// <summary>Reads a blob as it is stored.</summary>
    /// <param name="blob">Its name.</param>
    /// <param name="cancellation">Ends the git process.</param>
    byte[] ReadBlob(ObjectId blob, CancellationToken cancellation = default);

    /// <summary>Reads a file as a checkout would write it: line endings, working-tree encoding and filters (LFS) applied.</summary>
    /// <param name="file">A file of a tree. The attributes are those of the working tree of today.</param>
    /// <param name="cancellation">Ends the git process.</param>
    byte[] ReadCheckedOut(TreeEntry file, CancellationToken cancellation = default);

    /// <summary>Lists what differs between two commits, renames found.</summary>
    /// <param name="older">The older commit.</param>
    /// <param name="newer">The newer commit.</param>
    /// <param name="cancellation">Ends the git process.</param>
    IReadOnlyList<TreeChange> Compare(ObjectId older, ObjectId newer, CancellationToken cancellation = default);

    /// <summary>Lists what differs between a commit and the working tree. Files that git doesn't track are added ones; ignored files don't count.</summary>
    /// <param name="commit">The older side.</param>
    /// <param name="cancellation">Ends the git process.</param>
    IReadOnlyList<TreeChange> CompareWithWorkingTree(ObjectId commit, CancellationToken cancellation = default);

    /// <summary>Describes a commit for people.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="cancellation">Ends the git process.</param>
    CommitSummary Describe(ObjectId commit, CancellationToken cancellation = default);

    /// <summary>True when the working tree is not what <c>HEAD</c> says (untracked files count, ignored ones don't).</summary>
    /// <param name="cancellation">Ends the git process.</param>
    bool IsDirty(CancellationToken cancellation = default);

    /// <summary>Opens the repository of a submodule that is checked out.</summary>
    /// <param name="path">The submodule's path in this repository.</param>
    /// <param name="cancellation">Ends the git process.</param>
    IGitRepository OpenSubmodule(string path, CancellationToken cancellation = default);
}
