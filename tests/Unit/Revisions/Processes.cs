using System.Diagnostics;
using HotpatchBuild.Compiler;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

/// <summary>How git is started, bounded and ended.</summary>
public sealed class Processes : IDisposable
{
    private readonly TestRepository _files = new();
    private readonly ObjectId _commit;

    public Processes() => _commit = _files.Commit("First", "A.cs", new string('x', 5000));

    [Fact]
    public void OneProcessServesAllReadsAndEndsWithTheRepository()
    {
        GitExecutable git = _files.Open();
        TreeEntry file = Assert.Single(git.ListTree(_commit));
        git.ReadBlob(file.Id);
        int pid = git.Objects.ProcessId!.Value;
        Parallel.For(0, 64, _ => Assert.Equal(5000, git.ReadBlob(file.Id).Length));
        Assert.Equal(pid, git.Objects.ProcessId);
        git.Dispose();
        // Neither alive nor a zombie: a zombie still has its folder in /proc.
        Assert.False(Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public void ABlobAboveTheLimitIsRefused()
    {
        using GitExecutable git = GitExecutable.Open(_files.Folder, GitCommand.Find(Environment.GetEnvironmentVariable("PATH")), 4999, default);
        TreeEntry file = Assert.Single(git.ListTree(_commit));
        Refusals.Expect(BuildDiagnostics.ObjectTooLarge, () => git.ReadBlob(file.Id));
        Refusals.Expect(BuildDiagnostics.ObjectTooLarge, () => git.ReadCheckedOut(file));
    }

    [Fact]
    public void TheEnvironmentOfAHookIsForgotten()
    {
        using TestRepository other = new();
        other.Commit("Other", "Other.cs", "class Other;");
        GitCommand command = GitCommand.Find(Environment.GetEnvironmentVariable("PATH"), inherited: new Dictionary<string, string>
        {
            ["GIT_DIR"] = other.At(".git"),
            ["GIT_WORK_TREE"] = other.Folder,
            ["GIT_INDEX_FILE"] = other.At(".git/index"),
            ["GIT_OBJECT_DIRECTORY"] = other.At(".git/objects"),
            ["GIT_TRACE"] = "1",
            ["GIT_EXTERNAL_DIFF"] = "false",
            ["LC_ALL"] = "de_DE.UTF-8",
        });
        using GitExecutable git = GitExecutable.Open(_files.Folder, command, GitExecutable.DefaultBlobLimit, default);
        Assert.Equal(_files.Folder, git.TopLevel);
        Assert.Equal(_commit, git.ResolveCommit("HEAD"));
        Assert.Empty(git.CompareWithWorkingTree(_commit));
    }

    [Fact]
    public void AMonitorProgramThatTheRepositoryNamesIsNotRun()
    {
        string ran = Path.Combine(_files.Outside, "ran");
        _files.Write("monitor.sh", $"#!/bin/sh\ntouch '{ran}'\n");
        _files.MakeExecutable("monitor.sh");
        _files.Commit("With monitor");
        _files.Git("config", "core.fsmonitor", _files.At("monitor.sh"));
        using GitExecutable git = _files.Open();
        Assert.False(git.IsDirty());
        Assert.Empty(git.CompareWithWorkingTree(_files.Head()));
        Assert.False(File.Exists(ran));
    }

    [Fact]
    public void CancellationEndsACommandThatHangs()
    {
        // A filter that waits for ever stands for a command that hangs.
        _files.Write(".gitattributes", "*.cs filter=hang\n");
        _files.Git("config", "filter.hang.smudge", $"echo started >> '{_files.Outside}/started'; sleep 600");
        using GitExecutable git = _files.Open();
        TreeEntry file = Assert.Single(git.ListTree(_commit));
        using CancellationTokenSource cancellation = new();
        Task<byte[]> read = Task.Run(() => git.ReadCheckedOut(file, cancellation.Token));
        Assert.True(SpinWait.SpinUntil(() => File.Exists(Path.Combine(_files.Outside, "started")), TimeSpan.FromMinutes(1)));
        cancellation.Cancel();
        Assert.True(Assert.ThrowsAny<AggregateException>(() => read.Wait(TimeSpan.FromMinutes(1))).InnerException is OperationCanceledException);
        Assert.Equal(5000, git.ReadBlob(file.Id).Length);
    }

    [Fact]
    public void ACancelledTokenStartsNothing()
    {
        using GitExecutable git = _files.Open();
        CancellationToken cancelled = new(canceled: true);
        Assert.ThrowsAny<OperationCanceledException>(() => git.ResolveCommit("HEAD", cancelled));
        Assert.ThrowsAny<OperationCanceledException>(() => git.ReadBlob(_commit, cancelled));
    }

    public void Dispose() => _files.Dispose();
}
