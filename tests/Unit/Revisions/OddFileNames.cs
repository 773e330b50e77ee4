using System.Diagnostics;
using System.Text;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

public sealed class OddFileNames : IDisposable
{
    private static readonly string[] Names =
        ["quote\"s'.cs", "new\nline.cs", "tab\there.cs", "back\\slash.cs", " space .cs", "ünïcode-😀.cs", "-dash.cs", ":colon.cs", "star*?[x].cs"];

    private readonly TestRepository _files = new();

    [Fact]
    public void AreListedReadAndCompared()
    {
        ObjectId empty = _files.Commit("Empty");
        foreach (string name in Names)
            _files.Write(name, $"// {name}");
        using GitExecutable git = _files.Open();
        Assert.Equal(Names.Order(StringComparer.Ordinal), git.CompareWithWorkingTree(empty).Select(change => change.Path));
        ObjectId commit = _files.Commit("Odd");
        IReadOnlyList<TreeEntry> tree = git.ListTree(commit);
        Assert.Equal(Names.Order(StringComparer.Ordinal), tree.Paths().Order(StringComparer.Ordinal));
        foreach (TreeEntry file in tree)
        {
            Assert.Equal($"// {file.Path}", git.ReadText(file));
            Assert.Equal($"// {file.Path}", Encoding.UTF8.GetString(git.ReadCheckedOut(file)));
        }

        Assert.Equal(Names.Length, git.Compare(empty, commit).Count(change => change.Kind == TreeChangeKind.Added));
    }

    [Fact]
    public void BytesThatAreNoUtf8KeepTheirIdentity()
    {
        string blob = _files.Git("hash-object", "-w", "/dev/null");
        AddToIndex([.. Encoding.ASCII.GetBytes($"100644 {blob}\t"), 0xFF, (byte)'a', 0xE4, (byte)'.', (byte)'c', (byte)'s', 0]);
        _files.Git("commit", "-q", "-m", "Latin-1");
        using GitExecutable git = _files.Open();
        TreeEntry file = Assert.Single(git.ListTree(_files.Head()));
        Assert.Equal("\udcffa\udce4.cs", file.Path);
        Assert.False(GitPathText.IsPlainText(file.Path));
        Assert.Equal([0xFF, (byte)'a', 0xE4, (byte)'.', (byte)'c', (byte)'s'], GitPathText.Encode(file.Path));
        Assert.Empty(git.ReadCheckedOut(file));
    }

    private void AddToIndex(byte[] record)
    {
        using Process process = Process.Start(new ProcessStartInfo("git", "update-index -z --index-info")
        {
            WorkingDirectory = _files.Folder, RedirectStandardInput = true,
        })!;
        process.StandardInput.BaseStream.Write(record);
        process.StandardInput.Close();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    public void Dispose() => _files.Dispose();
}
