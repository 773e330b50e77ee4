using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

public sealed class Sha256Repository : IDisposable
{
    private readonly TestRepository _files = new("--object-format=sha256");

    [Fact]
    public void IsReadLikeAnyOther()
    {
        ObjectId first = _files.Commit("First", "A.cs", "class A;");
        ObjectId second = _files.Commit("Second", "A.cs", "class A { }");
        using GitExecutable git = _files.Open();
        Assert.Equal(64, git.ResolveCommit("HEAD").Hex.Length);
        Assert.Equal("class A;", git.ReadText(Assert.Single(git.ListTree(first))));
        Assert.Equal(["Modified A.cs>A.cs"], git.Compare(first, second).Lines());
        Assert.Equal(Ancestry.Ancestor, git.CompareAge(first, second));
    }

    public void Dispose() => _files.Dispose();
}
