using System.Text;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>
/// The files of a commit, read from git objects as a checkout would write them. Files that git doesn't keep (generated ones, packages)
/// come from other sources; files that the working tree has and the commit hasn't are not there.
/// </summary>
public sealed class RevisionSources : ISourceProvider, IDisposable
{
    /// <summary>As many symbolic links as Linux follows in one path (path_resolution(7)).</summary>
    private const int LinkLimit = 40;

    private readonly IGitRepository _git;
    private readonly ISourceProvider _below;
    private readonly Dictionary<string, TreeEntry> _tree;
    private readonly HashSet<string> _later;
    private readonly Dictionary<string, RevisionSources> _submodules = new(StringComparer.Ordinal);
    private readonly List<IGitRepository> _opened = [];
    private readonly Lock _gate = new();

    /// <summary>Lists the commit's tree.</summary>
    /// <param name="git">The repository; it stays the caller's.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="below">Where files come from that git doesn't keep.</param>
    /// <param name="cancellation">Ends the git process.</param>
    public RevisionSources(IGitRepository git, ObjectId commit, ISourceProvider below, CancellationToken cancellation = default)
    {
        _git = git;
        _below = below;
        Commit = commit;
        _tree = git.ListTree(commit, cancellation).ToDictionary(entry => entry.Path, StringComparer.Ordinal);
        Changes = git.CompareWithWorkingTree(commit, cancellation);
        _later = [.. Changes.Where(change => change.Kind is TreeChangeKind.Added or TreeChangeKind.Renamed).Select(change => change.Newer!.Path)];
    }

    /// <summary>The commit.</summary>
    public ObjectId Commit { get; }

    /// <summary>What differs between the commit and the working tree.</summary>
    public IReadOnlyList<TreeChange> Changes { get; }

    /// <inheritdoc/>
    public string Name => $"Revision {Commit.Hex[..12]}";

    /// <inheritdoc/>
    public byte[]? Read(string path, CancellationToken cancellation = default) =>
        ToRelative(path) is not { } relative ? _below.Read(path, cancellation) :
        Find(relative, cancellation, out RevisionSources owner) is { } entry ? owner._git.ReadCheckedOut(entry, cancellation) :
        _later.Contains(relative) ? null :
        _below.Read(path, cancellation);

    /// <inheritdoc/>
    public bool IsFromDisk(string path) =>
        ToRelative(path) is not { } relative ||
        (Find(relative, CancellationToken.None, out _) is null && !_later.Contains(relative) && _below.IsFromDisk(path));

    /// <summary>The absolute path of a path of the tree, as the build spells it.</summary>
    /// <param name="relative">A path of the tree.</param>
    public string ToAbsolute(string relative) => _git.SpelledTopLevel + Path.DirectorySeparatorChar + relative.Replace('/', Path.DirectorySeparatorChar);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RevisionSources inner in _submodules.Values)
            inner.Dispose();
        foreach (IGitRepository git in _opened)
            git.Dispose();
    }

    /// <summary>The path of the tree that an absolute path stands for; null when it lies outside.</summary>
    /// <param name="path">An absolute path.</param>
    public string? ToRelative(string path)
    {
        foreach (string top in (ReadOnlySpan<string>)[_git.SpelledTopLevel, _git.TopLevel])
            if (path.StartsWith(top + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                return path[(top.Length + 1)..].Replace(Path.DirectorySeparatorChar, '/');
        return null;
    }

    /// <summary>Finds a file, through symbolic links of the tree and into submodules.</summary>
    private TreeEntry? Find(string relative, CancellationToken cancellation, out RevisionSources owner, int links = 0)
    {
        owner = this;
        if (_tree.TryGetValue(relative, out TreeEntry? entry) && entry.Kind is TreeEntryKind.File or TreeEntryKind.Executable)
            return entry;
        for (int end = entry is null ? relative.IndexOf('/') : relative.Length; end >= 0; end = Next(relative, end))
        {
            if (!_tree.TryGetValue(relative[..end], out TreeEntry? part))
                continue;
            string rest = end == relative.Length ? "" : relative[(end + 1)..];
            if (part.Kind == TreeEntryKind.Submodule)
                return rest.Length == 0 ? null : Submodule(part, cancellation).Find(rest, cancellation, out owner, links);
            if (part.Kind != TreeEntryKind.SymbolicLink || links == LinkLimit)
                return null;
            string? target = Follow(part, Encoding.UTF8.GetString(_git.ReadBlob(part.Id, cancellation)), rest);
            return target is null ? null : Find(target, cancellation, out owner, links + 1);
        }

        return null;

        static int Next(string path, int end) => end >= path.Length ? -1 : path.IndexOf('/', end + 1);
    }

    /// <summary>Where a link leads inside the tree; null when it leads out of it.</summary>
    private static string? Follow(TreeEntry link, string target, string rest)
    {
        if (target.StartsWith('/'))
            return null;
        List<string> parts = [];
        foreach (string part in $"{link.Path}/../{target}/{rest}".Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts.Count == 0)
                return null;
            else
                parts.RemoveAt(parts.Count - 1);
        }

        return string.Join('/', parts);
    }

    private RevisionSources Submodule(TreeEntry entry, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_submodules.TryGetValue(entry.Path, out RevisionSources? inner))
                return inner;
            IGitRepository git = _git.OpenSubmodule(entry.Path, cancellation);
            _opened.Add(git);
            return _submodules[entry.Path] = new RevisionSources(git, git.ResolveCommit(entry.Id.Hex, cancellation), _below, cancellation);
        }
    }
}
