using System.Globalization;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Revisions;

/// <summary>A repository read through the plumbing commands of the installed git, which opens every kind of repository.</summary>
public sealed class GitExecutable : IGitRepository
{
    /// <summary>The largest file that is read: far above any source, and far below what would fill the memory.</summary>
    internal const long DefaultBlobLimit = 256L << 20;

    private readonly GitCommand _git;
    private readonly long _blobLimit;

    private GitExecutable(GitCommand git, string topLevel, string spelledTopLevel, long blobLimit)
    {
        _git = git;
        _blobLimit = blobLimit;
        TopLevel = topLevel;
        SpelledTopLevel = spelledTopLevel;
        Objects = new GitObjectReader(git, topLevel, blobLimit);
    }

    /// <inheritdoc/>
    public string TopLevel { get; }

    /// <inheritdoc/>
    public string SpelledTopLevel { get; }

    internal GitObjectReader Objects { get; }

    /// <summary>Opens the repository whose working tree holds a folder.</summary>
    /// <param name="folder">Any folder of the working tree.</param>
    /// <param name="cancellation">Ends the git process.</param>
    public static GitExecutable Open(string folder, CancellationToken cancellation = default) =>
        Open(folder, GitCommand.Find(Environment.GetEnvironmentVariable("PATH")), DefaultBlobLimit, cancellation);

    internal static GitExecutable Open(string folder, GitCommand git, long blobLimit, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
            throw new HotpatchException(BuildDiagnostics.NoRepository.With(folder));
        GitResult result = git.Run(folder, cancellation, "rev-parse", "--show-toplevel");
        if (result.ExitCode != 0)
            throw GitFailures.Explain("rev-parse", folder, result);
        string topLevel = GitPathText.Decode(result.Output.AsSpan().TrimEnd("\r\n"u8));
        if (topLevel.Length == 0)
            throw new HotpatchException(BuildDiagnostics.NoWorkingTree.With(folder));
        topLevel = Path.GetFullPath(topLevel);
        return new GitExecutable(git, topLevel, Spell(folder, topLevel, git, cancellation), blobLimit);
    }

    /// <summary>git resolves symbolic links in the top-level folder's path; whoever named a folder may have written it with them.</summary>
    private static string Spell(string folder, string topLevel, GitCommand git, CancellationToken cancellation)
    {
        string spelled = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (spelled == topLevel || spelled.StartsWith(topLevel + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            return topLevel;
        string prefix = Path.TrimEndingDirectorySeparator(
            GitPathText.Decode(git.Run(folder, cancellation, "rev-parse", "--show-prefix").Output.AsSpan().TrimEnd("\r\n"u8)));
        string tail = prefix.Length == 0 ? "" : "/" + prefix;
        return spelled.Replace(Path.DirectorySeparatorChar, '/').EndsWith(tail, StringComparison.Ordinal) ? spelled[..^tail.Length] : topLevel;
    }

    /// <inheritdoc/>
    public ObjectId ResolveCommit(string revision, CancellationToken cancellation = default)
    {
        if (string.IsNullOrWhiteSpace(revision) || revision.Contains('\0', StringComparison.Ordinal) || !GitPathText.IsPlainText(revision))
            throw new HotpatchException(BuildDiagnostics.UnknownRevision.With(GitFailures.Shown(revision), TopLevel));
        // In two steps, since ^{commit} behind a search (":/words") would become part of the words.
        GitResult named = _git.Run(TopLevel, cancellation, "rev-parse", "--verify", "--end-of-options", revision);
        if (named.Error.Contains("is ambiguous", StringComparison.Ordinal))
            throw new HotpatchException(BuildDiagnostics.AmbiguousRevision.With(GitFailures.Shown(revision), GitFailures.OneLine(named.Error)));
        if (named.ExitCode != 0)
            throw ExplainUnresolved(revision, named, cancellation);
        ObjectId id = Parse("rev-parse", named.Text);
        GitResult commit = _git.Run(TopLevel, cancellation, "rev-parse", "--verify", "--end-of-options", id.Hex + "^{commit}");
        return commit.ExitCode == 0 ? Parse("rev-parse", commit.Text) : throw ExplainUnresolved(revision, commit, cancellation, id);
    }

    /// <inheritdoc/>
    public Ancestry CompareAge(ObjectId older, ObjectId newer, CancellationToken cancellation = default)
    {
        GitResult result = _git.Run(TopLevel, cancellation, "merge-base", "--is-ancestor", older.Hex, newer.Hex);
        return result.ExitCode switch
        {
            0 => Ancestry.Ancestor,
            1 => IsShallow(cancellation) ? Ancestry.UnknownInShallowClone : Ancestry.NotAncestor,
            _ => throw GitFailures.Explain("merge-base", TopLevel, result),
        };
    }

    /// <inheritdoc/>
    public IReadOnlyList<TreeEntry> ListTree(ObjectId commit, CancellationToken cancellation = default) =>
        RawDiffReader.ReadTree(Run(cancellation, "ls-tree", "-r", "-z", "--full-tree", commit.Hex).Output);

    /// <inheritdoc/>
    public byte[] ReadBlob(ObjectId blob, CancellationToken cancellation = default) => Objects.ReadStored(blob, cancellation);

    /// <inheritdoc/>
    public byte[] ReadCheckedOut(TreeEntry file, CancellationToken cancellation = default) =>
        // Requests to the long-lived process are lines; a path with a line end in it has no attributes worth asking for.
        file.Kind is TreeEntryKind.File or TreeEntryKind.Executable && !file.Path.Contains('\n', StringComparison.Ordinal)
            ? Objects.ReadCheckedOut(file.Id, file.Path, cancellation)
            : Objects.ReadStored(file.Id, cancellation);

    /// <inheritdoc/>
    public IReadOnlyList<TreeChange> Compare(ObjectId older, ObjectId newer, CancellationToken cancellation = default) =>
        RawDiffReader.ReadChanges(
            Run(cancellation, "diff-tree", "-r", "-z", "-M", "--no-ext-diff", "--no-textconv", older.Hex, newer.Hex, "--").Output, "diff-tree");

    /// <inheritdoc/>
    public IReadOnlyList<TreeChange> CompareWithWorkingTree(ObjectId commit, CancellationToken cancellation = default)
    {
        byte[] tracked = Run(
            cancellation, "diff-index", "-r", "-z", "-M", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none", commit.Hex, "--").Output;
        byte[] untracked = Run(cancellation, "ls-files", "-z", "--others", "--exclude-standard", "--full-name").Output;
        Dictionary<string, TreeChange> changes = new(StringComparer.Ordinal);
        foreach (TreeChange change in WithoutTouched(RawDiffReader.ReadChanges(tracked, "diff-index"), cancellation))
            changes[change.Path] = change;
        foreach (string path in RawDiffReader.ReadPaths(untracked, "ls-files"))
        {
            // A nested repository that isn't a submodule is listed as one path with a slash behind it: not ours to read.
            if (path.EndsWith('/'))
                continue;
            TreeEntry file = new(path, TreeEntryKind.File, default);
            changes[path] = changes.TryGetValue(path, out TreeChange? removed) && removed.Older is { } older
                ? new TreeChange(TreeChangeKind.Modified, older, file)
                : new TreeChange(TreeChangeKind.Added, null, file);
        }

        return [.. changes.Values.OrderBy(change => change.Path, StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public CommitSummary Describe(ObjectId commit, CancellationToken cancellation = default)
    {
        string text = Run(
            cancellation, "rev-list", "--max-count=1", "--encoding=UTF-8", "--format=%h%x00%s%x00%an%x00%cI", commit.Hex, "--").Text;
        // The first line is "commit NAME" and then comes what the format says.
        string[] lines = text.Split('\n', 2);
        return lines is [_, string described] && described.Split('\0') is [string shortName, string subject, string author, string time] &&
               DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset committed)
            ? new CommitSummary(commit, shortName, subject, author, committed)
            : throw new HotpatchException(BuildDiagnostics.GitNotUnderstood.With("rev-list", GitFailures.OneLine(text)));
    }

    /// <inheritdoc/>
    public bool IsDirty(CancellationToken cancellation = default) =>
        Run(cancellation, "status", "--porcelain=v1", "-z", "--untracked-files=normal", "--ignore-submodules=none").Output.Length > 0;

    /// <inheritdoc/>
    public IGitRepository OpenSubmodule(string path, CancellationToken cancellation = default)
    {
        string folder = Path.Combine(TopLevel, path);
        // A submodule that was never checked out is an empty folder, and git would find this repository from there.
        if (!Path.Exists(Path.Combine(folder, ".git")))
            throw new HotpatchException(BuildDiagnostics.SubmoduleNotCheckedOut.With(path));
        return Open(folder, _git, _blobLimit, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => Objects.Dispose();

    /// <summary>
    /// Drops files that only have another time stamp than the index knows. <c>diff-index</c> lists them, and <c>git diff</c>, which
    /// doesn't, writes the index even without optional locks.
    /// </summary>
    private List<TreeChange> WithoutTouched(List<TreeChange> changes, CancellationToken cancellation)
    {
        TreeChange[] candidates =
        [
            .. changes.Where(change => change is { Kind: TreeChangeKind.Modified, Older: { } older, Newer: { Id.IsNone: true } newer } &&
                older.Kind == newer.Kind && newer.Kind is TreeEntryKind.File or TreeEntryKind.Executable &&
                // hash-object reads one path per line.
                !newer.Path.Contains('\n', StringComparison.Ordinal)),
        ];
        if (candidates.Length == 0)
            return changes;
        byte[] paths = [.. candidates.SelectMany(change => GitPathText.Encode(change.Path).Append((byte)'\n'))];
        GitResult result = _git.Run(TopLevel, paths, cancellation, "hash-object", "--stdin-paths");
        string[] names = result.Text.Split('\n');
        if (result.ExitCode != 0 || names.Length != candidates.Length)
            throw GitFailures.Explain("hash-object", TopLevel, result);
        HashSet<TreeChange> touched = [.. candidates.Zip(names).Where(pair => pair.First.Older!.Id.Hex == pair.Second).Select(pair => pair.First)];
        return [.. changes.Where(change => !touched.Contains(change))];
    }

    private HotpatchException ExplainUnresolved(string revision, GitResult result, CancellationToken cancellation, ObjectId? found = null)
    {
        string shown = GitFailures.Shown(revision);
        if (GitFailures.IsBrokenObject(result.Error))
            return new HotpatchException(BuildDiagnostics.ObjectUnreadable.With(shown, TopLevel, GitFailures.OneLine(result.Error)));
        GitResult? kind = found is { } id ? _git.Run(TopLevel, cancellation, "cat-file", "-t", id.Hex) : null;
        if (kind is { ExitCode: 0, Text: var type } && type != "commit")
            return new HotpatchException(BuildDiagnostics.RevisionIsNoCommit.With(shown, type));
        return new HotpatchException(IsShallow(cancellation)
            ? BuildDiagnostics.RevisionNotInShallowClone.With(shown, TopLevel)
            : BuildDiagnostics.UnknownRevision.With(shown, TopLevel));
    }

    private bool IsShallow(CancellationToken cancellation) => Run(cancellation, "rev-parse", "--is-shallow-repository").Text == "true";

    private GitResult Run(CancellationToken cancellation, params ReadOnlySpan<string> arguments)
    {
        GitResult result = _git.Run(TopLevel, cancellation, arguments);
        return result.ExitCode == 0 ? result : throw GitFailures.Explain(arguments[0], TopLevel, result);
    }

    private static ObjectId Parse(string command, string text) => ObjectId.TryParse(text, out ObjectId id)
        ? id
        : throw new HotpatchException(BuildDiagnostics.GitNotUnderstood.With(command, GitFailures.OneLine(text)));
}
