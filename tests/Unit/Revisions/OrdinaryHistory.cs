using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

public sealed class OrdinaryHistory : IDisposable
{
    private readonly TestRepository _files = new();
    private readonly ObjectId _first, _second;
    private readonly GitExecutable _git;

    public OrdinaryHistory()
    {
        _files.Write("src/A.cs", "class A { int one; int two; int three; }\n");
        _files.Write("src/B.cs", "class B;\n");
        _files.Write("gone.txt", "gone\n");
        _first = _files.Commit("First: ünïcode");
        _files.Git("mv", "src/A.cs", "src/Moved.cs");
        _files.Write("src/B.cs", "class B { }\n");
        _files.Write("src/New.cs", "enum New;\n");
        File.Delete(_files.At("gone.txt"));
        _second = _files.Commit("Second");
        _git = _files.Open();
    }

    [Fact]
    public void ResolvesEveryWayOfNaming()
    {
        _files.Git("tag", "-a", "v1", "-m", "annotated", _first.Hex);
        foreach (string name in (string[])["HEAD~1", "v1", _first.Hex, _first.Hex[..10], "main^", ":/First"])
            Assert.Equal(_first, _git.ResolveCommit(name));
        Assert.Equal(_second, _git.ResolveCommit("main"));
    }

    [Fact]
    public void ABranchThatLooksLikeAnOptionIsNoOption()
    {
        _files.Git("update-ref", "refs/heads/--all", _first.Hex);
        Assert.Equal(_first, _git.ResolveCommit("--all"));
    }

    [Fact]
    public void ListsAndReads()
    {
        IReadOnlyList<TreeEntry> tree = _git.ListTree(_first);
        Assert.Equal(["gone.txt", "src/A.cs", "src/B.cs"], tree.Paths());
        Assert.Equal("class B;\n", _git.ReadText(tree[2]));
        Assert.Equal("gone\n", _git.ReadText(tree[0]));
    }

    [Fact]
    public void ComparesTrees() => Assert.Equal(
        ["Removed gone.txt>", "Modified src/B.cs>src/B.cs", "Renamed src/A.cs>src/Moved.cs", "Added >src/New.cs"],
        _git.Compare(_first, _second).Lines());

    [Fact]
    public void KnowsAges()
    {
        Assert.Equal(Ancestry.Ancestor, _git.CompareAge(_first, _second));
        Assert.Equal(Ancestry.Ancestor, _git.CompareAge(_first, _first));
        Assert.Equal(Ancestry.NotAncestor, _git.CompareAge(_second, _first));
    }

    [Fact]
    public void DescribesACommit()
    {
        CommitSummary summary = _git.Describe(_first);
        Assert.Equal("First: ünïcode", summary.Subject);
        Assert.Equal("Test Person", summary.Author);
        Assert.StartsWith(summary.ShortName, _first.Hex);
        Assert.InRange(DateTimeOffset.UtcNow - summary.Committed, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void OpensFromASubfolder()
    {
        using GitExecutable git = GitExecutable.Open(_files.At("src"));
        Assert.Equal(_git.TopLevel, git.TopLevel);
        Assert.Equal(3, git.ListTree(_second).Count);
    }

    public void Dispose()
    {
        _git.Dispose();
        _files.Dispose();
    }
}
