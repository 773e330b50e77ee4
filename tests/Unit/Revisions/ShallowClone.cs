using HotpatchBuild.Compiler;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

public sealed class ShallowClone : IDisposable
{
    private readonly TestRepository _origin = new();
    private readonly TestRepository _clone;
    private readonly ObjectId _first, _second, _third;
    private readonly GitExecutable _git;

    public ShallowClone()
    {
        _first = _origin.Commit("First", "A.cs", "class A;");
        _second = _origin.Commit("Second", "A.cs", "class A { }");
        _third = _origin.Commit("Third", "A.cs", "class A { int a; }");
        _clone = TestRepository.Cloned(_origin, "--depth", "2");
        _git = _clone.Open();
    }

    [Fact]
    public void ARevisionItHoldsIsRead()
    {
        ObjectId commit = _git.ResolveCommit("HEAD~1");
        Assert.Equal(_second, commit);
        Assert.Equal("class A { }", _git.ReadText(Assert.Single(_git.ListTree(commit))));
        Assert.Equal(["Modified A.cs>A.cs"], _git.Compare(_second, _third).Lines());
    }

    [Theory]
    [InlineData("HEAD~2")]
    [InlineData("no-such-branch")]
    public void ARevisionItLacksNeedsTheHistory(string revision) => Assert.Contains(
        "git fetch --unshallow", Refusals.Expect(BuildDiagnostics.RevisionNotInShallowClone, () => _git.ResolveCommit(revision)).WhatToDo);

    [Fact]
    public void ACommitItLacksNeedsTheHistory() =>
        Refusals.Expect(BuildDiagnostics.RevisionNotInShallowClone, () => _git.ResolveCommit(_first.Hex));

    [Fact]
    public void AgeIsUnknownBehindTheCut()
    {
        Assert.Equal(Ancestry.Ancestor, _git.CompareAge(_second, _third));
        _clone.Git("fetch", "-q", "--depth", "1", "origin", "main");
        _clone.Git("commit-tree", "-m", "x", "HEAD^{tree}");
        Assert.Equal(Ancestry.UnknownInShallowClone, _git.CompareAge(_second, _third));
    }

    public void Dispose()
    {
        _git.Dispose();
        _clone.Dispose();
        _origin.Dispose();
    }
}
