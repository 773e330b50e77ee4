using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

public sealed class DirtyTree : IDisposable
{
    private readonly TestRepository _files = new();
    private readonly ObjectId _commit;
    private readonly GitExecutable _git;

    public DirtyTree()
    {
        _files.Write(".gitignore", "obj/\n*.user\n");
        _files.Write("A.cs", "class A;");
        _files.Write("B.cs", "class B { int a, b, c, d, e, f; }");
        _files.Write("C.cs", "class C;");
        _commit = _files.Commit("First");
        _git = _files.Open();
    }

    [Fact]
    public void ACleanTreeHasNoDifference()
    {
        Assert.False(_git.IsDirty());
        Assert.Empty(_git.CompareWithWorkingTree(_commit));
    }

    [Fact]
    public void IgnoredFilesDontCount()
    {
        _files.Write("obj/Generated.cs", "class G;");
        _files.Write("my.user", "x");
        Assert.False(_git.IsDirty());
        Assert.Empty(_git.CompareWithWorkingTree(_commit));
    }

    [Fact]
    public void EveryKindOfChangeIsFound()
    {
        _files.Write("A.cs", "class A { }");
        _files.Git("mv", "B.cs", "Renamed.cs");
        File.Delete(_files.At("C.cs"));
        _files.Write("new/Untracked.cs", "class U;");
        _files.Write("Staged.cs", "class S;");
        _files.Git("add", "Staged.cs");
        Assert.True(_git.IsDirty());
        Assert.Equal(
            ["Modified A.cs>A.cs", "Removed C.cs>", "Renamed B.cs>Renamed.cs", "Added >Staged.cs", "Added >new/Untracked.cs"],
            _git.CompareWithWorkingTree(_commit).Lines());
    }

    [Fact]
    public void AFileTakenOutOfTheIndexOnlyIsStillThere()
    {
        _files.Git("rm", "-q", "--cached", "A.cs");
        Assert.Equal(["Modified A.cs>A.cs"], _git.CompareWithWorkingTree(_commit).Lines());
    }

    [Fact]
    public void ANewTimeStampAloneIsNoChangeAndTheIndexStaysUntouched()
    {
        File.SetLastWriteTimeUtc(_files.At("A.cs"), DateTime.UtcNow.AddHours(-1));
        byte[] index = File.ReadAllBytes(_files.At(".git/index"));
        Assert.Empty(_git.CompareWithWorkingTree(_commit));
        Assert.False(_git.IsDirty());
        Assert.Equal(index, File.ReadAllBytes(_files.At(".git/index")));
    }

    [Fact]
    public void AMergeConflictIsAModifiedFile()
    {
        _files.Git("checkout", "-q", "-b", "other");
        _files.Commit("Other", "A.cs", "class A { int other; }");
        _files.Git("checkout", "-q", "main");
        _files.Commit("Main", "A.cs", "class A { int main; }");
        Assert.ThrowsAny<Exception>(() => _files.Git("merge", "-q", "other"));
        Assert.Equal(["Modified A.cs>A.cs"], _git.CompareWithWorkingTree(_git.ResolveCommit("HEAD")).Lines());
    }

    public void Dispose()
    {
        _git.Dispose();
        _files.Dispose();
    }
}
