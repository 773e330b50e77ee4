using HotpatchBuild.Compiler;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

public sealed class BrokenObjects : IDisposable
{
    private readonly TestRepository _files = new();
    private readonly ObjectId _commit;
    private readonly TreeEntry _a, _b;
    private readonly GitExecutable _git;

    public BrokenObjects()
    {
        _files.Write("A.cs", "class A;");
        _files.Write("B.cs", "class B;");
        _commit = _files.Commit("First");
        _git = _files.Open();
        IReadOnlyList<TreeEntry> tree = _git.ListTree(_commit);
        (_a, _b) = (tree[0], tree[1]);
    }

    [Fact]
    public void AMissingBlobIsNamedAndTheNextReadWorks()
    {
        File.Delete(FileOf(_a.Id));
        Assert.Contains(_a.Id.Hex, Refusals.Expect(BuildDiagnostics.ObjectUnreadable, () => _git.ReadBlob(_a.Id)).What);
        Refusals.Expect(BuildDiagnostics.ObjectUnreadable, () => _git.ReadCheckedOut(_a));
        Assert.Equal("class B;", _git.ReadText(_b));
    }

    [Fact]
    public void ACorruptBlobIsNamedAndTheNextReadWorks()
    {
        Overwrite(FileOf(_a.Id), [1, 2, 3, 4]);
        Refusals.Expect(BuildDiagnostics.ObjectUnreadable, () => _git.ReadBlob(_a.Id));
        Refusals.Expect(BuildDiagnostics.ObjectUnreadable, () => _git.ReadCheckedOut(_a));
        Assert.Equal("class B;", _git.ReadText(_b));
    }

    [Fact]
    public void ABlobWithAnothersContentIsNoticed()
    {
        Overwrite(FileOf(_a.Id), File.ReadAllBytes(FileOf(_b.Id)));
        Refusals.Expect(BuildDiagnostics.ObjectUnreadable, () => _git.ReadBlob(_a.Id));
    }

    [Fact]
    public void AMissingTreeIsNamed()
    {
        Assert.True(ObjectId.TryParse(_files.Git("rev-parse", "HEAD^{tree}"), out ObjectId tree));
        File.Delete(FileOf(tree));
        Refusals.Expect(BuildDiagnostics.ObjectUnreadable, () => _git.ListTree(_commit));
    }

    [Fact]
    public void ACorruptCommitIsNamed()
    {
        Overwrite(FileOf(_commit), []);
        Refusals.Expect(BuildDiagnostics.ObjectUnreadable, () => _git.ResolveCommit("HEAD"));
    }

    [Fact]
    public void ABlobIsReadOnlyAsABlob() => Assert.Contains(
        "it is a commit", Refusals.Expect(BuildDiagnostics.ObjectUnreadable, () => _git.ReadBlob(_commit)).What);

    private string FileOf(ObjectId id) => _files.At($".git/objects/{id.Hex[..2]}/{id.Hex[2..]}");

    /// <summary>git writes objects read-only.</summary>
    private static void Overwrite(string path, byte[] content)
    {
        File.Delete(path);
        File.WriteAllBytes(path, content);
    }

    public void Dispose()
    {
        _git.Dispose();
        _files.Dispose();
    }
}
