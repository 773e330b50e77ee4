using HotpatchBuild.Compiler;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

public sealed class NoGit : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative:/folder-that-is-missing")]
    public void IsSaid(string? searchPath) => Refusals.Expect(BuildDiagnostics.GitNotInstalled, () => GitCommand.Find(searchPath));

    [Fact]
    public void AFileThatCannotRunIsNoGit()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "git"), "no program");
        Refusals.Expect(BuildDiagnostics.GitNotInstalled, () => GitCommand.Find(_folder.Path));
    }

    [Fact]
    public void AProgramNamedGitInTheRepositoryIsNotRun()
    {
        using TestRepository files = new();
        ObjectId commit = files.Commit("First", "git", $"#!/bin/sh\necho hostile >> '{_folder.Path}/ran'\n");
        files.MakeExecutable("git");
        using GitExecutable git = files.Open();
        Assert.Equal(commit, git.ResolveCommit("HEAD"));
        Assert.False(File.Exists(Path.Combine(_folder.Path, "ran")));
    }

    public void Dispose() => _folder.Dispose();
}
