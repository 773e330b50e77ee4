using HotpatchBuild.Compiler;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

public sealed class UnknownRevision : IDisposable
{
    private readonly TestRepository _files = new();

    [Theory]
    [InlineData("no-such-branch")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("--help")]
    [InlineData("HEAD..HEAD")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("\udc80")]
    [InlineData("0123456789012345678901234567890123456789")]
    public void IsNamed(string revision)
    {
        _files.Commit("First", "A.cs", "class A;");
        using GitExecutable git = _files.Open();
        Refusals.Expect(BuildDiagnostics.UnknownRevision, () => git.ResolveCommit(revision));
    }

    [Fact]
    public void ARepositoryWithoutACommitHasNoHead()
    {
        using GitExecutable git = _files.Open();
        Refusals.Expect(BuildDiagnostics.UnknownRevision, () => git.ResolveCommit("HEAD"));
    }

    [Fact]
    public void ATreeIsNoCommit()
    {
        _files.Commit("First", "A.cs", "class A;");
        using GitExecutable git = _files.Open();
        Assert.Contains("is a tree", Refusals.Expect(BuildDiagnostics.RevisionIsNoCommit, () => git.ResolveCommit("HEAD^{tree}")).What);
        Assert.Contains("is a blob", Refusals.Expect(BuildDiagnostics.RevisionIsNoCommit, () => git.ResolveCommit("HEAD:A.cs")).What);
    }

    public void Dispose() => _files.Dispose();
}
