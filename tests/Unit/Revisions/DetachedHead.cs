using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

public sealed class DetachedHead : IDisposable
{
    private readonly TestRepository _files = new();

    [Fact]
    public void IsRead()
    {
        ObjectId first = _files.Commit("First", "A.cs", "class A;");
        ObjectId second = _files.Commit("Second", "A.cs", "class A { }");
        _files.Git("checkout", "-q", first.Hex);
        using GitExecutable git = _files.Open();
        Assert.Equal(first, git.ResolveCommit("HEAD"));
        Assert.Equal(["Modified A.cs>A.cs"], git.CompareWithWorkingTree(second).Lines());
        Assert.False(git.IsDirty());
    }

    public void Dispose() => _files.Dispose();
}
