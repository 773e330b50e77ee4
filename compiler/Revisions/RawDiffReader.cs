using System.Text;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Revisions;

/// <summary>Reads git's NUL-terminated lists: <c>ls-tree -rz</c> and the raw diff format (<c>git help diff-tree</c>, "Raw output format").</summary>
internal static class RawDiffReader
{
    internal static List<TreeEntry> ReadTree(ReadOnlySpan<byte> output)
    {
        List<TreeEntry> entries = [];
        while (!output.IsEmpty)
        {
            // MODE SP TYPE SP OBJECT TAB PATH NUL
            ReadOnlySpan<byte> record = Next(ref output, "ls-tree");
            int tab = record.IndexOf((byte)'\t');
            string[] words = Encoding.ASCII.GetString(tab < 0 ? record : record[..tab]).Split(' ');
            if (tab < 0 || words is not [string mode, _, string id])
                throw NotUnderstood("ls-tree", "a record without three words and a path");
            entries.Add(Entry(mode, id, GitPathText.Decode(record[(tab + 1)..]), "ls-tree")!);
        }

        return entries;
    }

    internal static List<TreeChange> ReadChanges(ReadOnlySpan<byte> output, string command)
    {
        List<TreeChange> changes = [];
        while (!output.IsEmpty)
        {
            // :MODE SP MODE SP OBJECT SP OBJECT SP STATUS NUL PATH NUL, and a second PATH NUL for R and C
            string[] words = Encoding.ASCII.GetString(Next(ref output, command)).Split(' ');
            if (words is not [[':', .. string olderMode], string newerMode, string olderId, string newerId, [char status, ..]])
                throw NotUnderstood(command, "a record without five words");
            string olderPath = GitPathText.Decode(Next(ref output, command));
            string newerPath = status is 'R' or 'C' ? GitPathText.Decode(Next(ref output, command)) : olderPath;
            TreeEntry? older = Entry(olderMode, olderId, olderPath, command);
            TreeEntry? newer = Entry(newerMode, newerId, newerPath, command);
            changes.Add(status switch
            {
                'A' => new TreeChange(TreeChangeKind.Added, null, newer),
                'C' => new TreeChange(TreeChangeKind.Added, null, newer),
                'D' => new TreeChange(TreeChangeKind.Removed, older, null),
                'M' or 'T' => new TreeChange(TreeChangeKind.Modified, older, newer),
                'R' => new TreeChange(TreeChangeKind.Renamed, older, newer),
                // In the middle of a merge: the file stands in the working tree with conflict marks, and a second record may say more.
                'U' => new TreeChange(TreeChangeKind.Modified, older, newer ?? new TreeEntry(newerPath, TreeEntryKind.File, default)),
                _ => throw NotUnderstood(command, $"the status {status}"),
            });
        }

        return changes;
    }

    internal static List<string> ReadPaths(ReadOnlySpan<byte> output, string command)
    {
        List<string> paths = [];
        while (!output.IsEmpty)
            paths.Add(GitPathText.Decode(Next(ref output, command)));
        return paths;
    }

    private static TreeEntry? Entry(string mode, string id, string path, string command)
    {
        if (!ObjectId.TryParse(id, out ObjectId name))
            throw NotUnderstood(command, $"the object name {id}");
        return mode switch
        {
            "000000" => null,
            "120000" => new TreeEntry(path, TreeEntryKind.SymbolicLink, name),
            "160000" => new TreeEntry(path, TreeEntryKind.Submodule, name),
            // 100664 is what very old versions of git stored for a group-writable file.
            "100644" or "100664" => new TreeEntry(path, TreeEntryKind.File, name),
            "100755" => new TreeEntry(path, TreeEntryKind.Executable, name),
            _ => throw NotUnderstood(command, $"the mode {mode}"),
        };
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> output, string command)
    {
        int end = output.IndexOf((byte)0);
        if (end < 0)
            throw NotUnderstood(command, "a record without its end");
        ReadOnlySpan<byte> record = output[..end];
        output = output[(end + 1)..];
        return record;
    }

    private static HotpatchException NotUnderstood(string command, string oddity) => new(BuildDiagnostics.GitNotUnderstood.With(command, oddity));
}
