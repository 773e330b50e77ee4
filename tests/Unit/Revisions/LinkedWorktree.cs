using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

public sealed class LinkedWorktree : IDisposable
{
    private readonly TestRepository _files = new();

    [Fact]
    public void HasItsOwnHeadAndFiles()
    {
        ObjectId first = _files.Commit("First", "A.cs", "class A;");
        string linked = Path.Combine(_files.Outside, "linked");
        _files.Git("worktree", "add", "-q", "--detach", linked);
        ObjectId second = _files.Commit("Second", "A.cs", "class A { }");
        File.WriteAllText(Path.Combine(linked, "A.cs"), "class Linked;");

        using GitExecutable git = GitExecutable.Open(linked);
        Assert.Equal(linked, git.TopLevel);
        Assert.Equal(first, git.ResolveCommit("HEAD"));
        Assert.Equal(second, git.ResolveCommit("main"));
        Assert.Equal(["Modified A.cs>A.cs"], git.CompareWithWorkingTree(first).Lines());
        Assert.True(git.IsDirty());
        using GitExecutable main = _files.Open();
        Assert.False(main.IsDirty());
    }

    public void Dispose() => _files.Dispose();
}
