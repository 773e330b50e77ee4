using HotpatchBuild.Compiler;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

public sealed class SafeDirectory : IDisposable
{
    private readonly TestRepository _files = new();

    [Fact]
    public void RefusalOfAnotherOwnersRepositoryIsExplained()
    {
        _files.Commit("First", "A.cs", "class A;");
        // git's own switch for testing this (its t0033-safe-directory.sh), which works without a second user on the machine.
        GitCommand git = GitCommand.Find(Environment.GetEnvironmentVariable("PATH"), added: new Dictionary<string, string>
        {
            ["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_CONFIG_SYSTEM"] = "/dev/null",
        });
        string advice = Refusals.Expect(
            BuildDiagnostics.RepositoryNotTrusted,
            () => GitExecutable.Open(_files.Folder, git, GitExecutable.DefaultBlobLimit, default)).WhatToDo;
        Assert.Contains($"safe.directory {_files.Folder}", advice);
    }

    public void Dispose() => _files.Dispose();
}
