using HotpatchBuild.Compiler;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

public sealed class Submodule : IDisposable
{
    private readonly TestRepository _library = new();
    private readonly TestRepository _files = new();
    private readonly ObjectId _inLibrary;

    public Submodule()
    {
        _inLibrary = _library.Commit("Library", "L.cs", "class L;");
        _files.Git("submodule", "--quiet", "add", "file://" + _library.Folder, "lib");
        _files.Commit("With library", "A.cs", "class A;");
    }

    [Fact]
    public void IsAnEntryWithTheCommitOfItsOwnRepository()
    {
        using GitExecutable git = _files.Open();
        TreeEntry entry = git.ListTree(git.ResolveCommit("HEAD")).Single(entry => entry.Path == "lib");
        Assert.Equal(TreeEntryKind.Submodule, entry.Kind);
        Assert.Equal(_inLibrary, entry.Id);
        using IGitRepository inner = git.OpenSubmodule("lib");
        Assert.Equal(_files.At("lib"), inner.TopLevel);
        Assert.Equal("class L;", inner.ReadText(Assert.Single(inner.ListTree(entry.Id))));
    }

    [Fact]
    public void ItsChangedFilesMakeTheTreeDirty()
    {
        using GitExecutable git = _files.Open();
        Assert.False(git.IsDirty());
        _files.Write("lib/L.cs", "class Changed;");
        Assert.True(git.IsDirty());
        Assert.Equal(["Modified lib>lib"], git.CompareWithWorkingTree(git.ResolveCommit("HEAD")).Lines());
    }

    [Fact]
    public void NotCheckedOutIsSaid()
    {
        using TestRepository clone = TestRepository.Cloned(_files);
        using GitExecutable git = clone.Open();
        Assert.Contains("git submodule update --init lib", Refusals.Expect(BuildDiagnostics.SubmoduleNotCheckedOut, () => git.OpenSubmodule("lib")).WhatToDo);
    }

    public void Dispose()
    {
        _files.Dispose();
        _library.Dispose();
    }
}
