using System.Globalization;
using System.Text.RegularExpressions;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>A folder of <c>.hotbase</c> files that a pipeline may keep, copy and prune as it likes.</summary>
/// <remarks>
/// A file's name is the key's prefix, the UTC time of the recording, the beginning of the commit and the beginning of its identity (build-id or
/// module version id), so that a listing is in the order of recording. The name is only a hint for finding: what counts is the manifest.
/// </remarks>
internal sealed partial class BaselineStore(string directory)
{
    /// <summary>Extension of baseline files.</summary>
    public const string Extension = ".hotbase";

    /// <summary>Name of the store folder at the git root.</summary>
    public const string DefaultName = ".hotpatch";

    private const int CommitDigits = 12;

    /// <summary>The folder.</summary>
    public string Directory { get; } = directory;

    /// <summary>Finds the baseline of the newest commit that is the given one or an ancestor of it.</summary>
    /// <param name="key">What it must be of.</param>
    /// <param name="git">The repository.</param>
    /// <param name="commit">The commit, usually <c>HEAD</c>.</param>
    /// <returns>The file, or null where there is none.</returns>
    public string? FindNewest(BaselineKey key, IGitRepository git, ObjectId commit)
    {
        StoredBaseline? best = null;
        // Latest recorded first: of several baselines of one commit, the last one is meant.
        foreach (StoredBaseline candidate in Candidates(key).Reverse())
        {
            if (best is not null && best.Commit == candidate.Commit)
                continue;
            // A commit that this clone does not have (a branch that was deleted, a clone of a fork) is no ancestor.
            if (TryResolve(git, candidate.Commit) is not { } id || git.CompareAge(id, commit) != Ancestry.Ancestor)
                continue;
            if (best is null || git.CompareAge(best.Id, id) == Ancestry.Ancestor)
                best = candidate with { Id = id };
        }
        return best?.Path;
    }

    /// <summary>Finds the last recorded baseline of one commit.</summary>
    /// <param name="key">What it must be of.</param>
    /// <param name="commit">The commit.</param>
    /// <returns>The file, or null where there is none.</returns>
    public string? Find(BaselineKey key, ObjectId commit) =>
        Candidates(key).LastOrDefault(candidate => commit.Hex.StartsWith(candidate.Commit, StringComparison.Ordinal))?.Path;

    /// <summary>Writes a record into the store: the file is there whole or not at all.</summary>
    /// <param name="record">The record.</param>
    /// <param name="recorded">When it was recorded.</param>
    /// <returns>The file.</returns>
    public string Add(BaselineRecord record, DateTimeOffset recorded)
    {
        BaselineManifest manifest = record.Manifest;
        string name = manifest.Key.FilePrefix
            + recorded.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)
            + "-" + manifest.Commit[..CommitDigits] + "-" + record.Build.Identity[..8] + Extension;
        string path = Path.Combine(Directory, name);
        string temporary = Path.Combine(Directory, Path.GetRandomFileName() + ".tmp");
        try
        {
            Create();
            try
            {
                using (FileStream stream = File.Create(temporary))
                {
                    BaselineWriter.Write(record, stream);
                    stream.Flush(flushToDisk: true);
                }
                File.Move(temporary, path, overwrite: true);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HotpatchException(BaselineDiagnostics.CannotAccess.With(path, e.Message.TrimEnd('.')), e);
        }
        return path;
    }

    /// <summary>What a listing of the store is worth: it changes whenever a baseline comes or goes.</summary>
    public IEnumerable<string> FileNames() =>
        System.IO.Directory.Exists(Directory)
            ? System.IO.Directory.EnumerateFiles(Directory, "*" + Extension).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)
            : [];

    [GeneratedRegex(@"\A\d{8}T\d{6}Z-([0-9a-f]{12})-[0-9a-f]{8}\.hotbase\z")]
    private static partial Regex NameBehindPrefix();

    private static ObjectId? TryResolve(IGitRepository git, string abbreviation)
    {
        try
        {
            return git.ResolveCommit(abbreviation);
        }
        catch (HotpatchException e) when (e.Failure.Id == BuildDiagnostics.UnknownRevision.Id || e.Failure.Id == BuildDiagnostics.RevisionNotInShallowClone.Id)
        {
            return null;
        }
    }

    private IEnumerable<StoredBaseline> Candidates(BaselineKey key)
    {
        string prefix = key.FilePrefix;
        foreach (string name in FileNames())
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            Match match = NameBehindPrefix().Match(name[prefix.Length..]);
            if (match.Success)
                yield return new StoredBaseline(Path.Combine(Directory, name), match.Groups[1].Value, default);
        }
    }

    /// <summary>Makes the folder, with an ignore file of its own: baselines are build artifacts and not sources.</summary>
    private void Create()
    {
        System.IO.Directory.CreateDirectory(Directory);
        string ignore = Path.Combine(Directory, ".gitignore");
        if (!File.Exists(ignore))
            File.WriteAllText(ignore, "*\n");
    }

    private sealed record StoredBaseline(string Path, string Commit, ObjectId Id);
}
