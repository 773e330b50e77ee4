using System.Text;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

/// <summary>The compiler saw what a checkout wrote, which need not be what git stores.</summary>
public sealed class CheckoutConversions : IDisposable
{
    private readonly TestRepository _files = new();

    [Fact]
    public void LineEndingsAndFiltersAreApplied()
    {
        _files.Write(".gitattributes", "*.cs text eol=crlf\n*.up filter=upper\n");
        _files.Write("A.cs", "class A\r\n{\r\n}\r\n");
        _files.Write("empty.cs", "");
        _files.Write("x.up", "text without line end");
        _files.Write("plain.txt", "a\nb\n");
        _files.Git("config", "filter.upper.smudge", "tr a-z A-Z");
        ObjectId commit = _files.Commit("First");
        using GitExecutable git = _files.Open();
        Dictionary<string, TreeEntry> tree = git.ListTree(commit).ToDictionary(entry => entry.Path);
        Assert.Equal("class A\n{\n}\n", git.ReadText(tree["A.cs"]));
        foreach ((string path, string expected) in ((string, string)[])
                 [("A.cs", "class A\r\n{\r\n}\r\n"), ("empty.cs", ""), ("x.up", "TEXT WITHOUT LINE END"), ("plain.txt", "a\nb\n"), ("A.cs", "class A\r\n{\r\n}\r\n")])
            Assert.Equal(expected, Encoding.UTF8.GetString(git.ReadCheckedOut(tree[path])));
    }

    [Fact]
    public void ASymbolicLinkIsItsTarget()
    {
        File.CreateSymbolicLink(_files.At("link.cs"), "A.cs");
        ObjectId commit = _files.Commit("First", "A.cs", "class A;");
        using GitExecutable git = _files.Open();
        TreeEntry link = git.ListTree(commit).Single(entry => entry.Kind == TreeEntryKind.SymbolicLink);
        Assert.Equal("A.cs", Encoding.UTF8.GetString(git.ReadCheckedOut(link)));
    }

    public void Dispose() => _files.Dispose();
}
