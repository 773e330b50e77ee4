using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Tests.Unit.Revisions;

namespace HotpatchBuild.Tests.Unit.Baselines;

public sealed class Stores : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private readonly TestRepository _repository = new();
    private readonly BaselineStore _store;

    public Stores() => _store = new BaselineStore(Path.Combine(_repository.Folder, ".hotpatch"));

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void An_empty_store_has_nothing()
    {
        string commit = _repository.Commit("c", "a", "1").Hex;
        Assert.Null(FindNewest(commit));
        Assert.Empty(_store.FileNames());
    }

    [Fact]
    public void The_newest_ancestor_is_found_whatever_was_recorded_last()
    {
        string first = _repository.Commit("c", "a", "1").Hex;
        string second = _repository.Commit("c", "a", "2").Hex;
        string third = _repository.Commit("c", "a", "3").Hex;
        string newer = Add(second, Noon);
        string older = Add(first, Noon.AddHours(1));
        Assert.Equal(newer, FindNewest(third));
        Assert.Equal(newer, FindNewest(second));
        Assert.Equal(older, FindNewest(first));
    }

    [Fact]
    public void A_commit_of_another_branch_or_clone_is_no_ancestor()
    {
        string root = _repository.Commit("c", "a", "1").Hex;
        string mine = _repository.Commit("c", "a", "2").Hex;
        _repository.Git("checkout", "-q", "-b", "other", root);
        string other = _repository.Commit("c", "b", "1").Hex;
        Add(other, Noon);
        Add(new string('7', 40), Noon);
        Assert.Null(FindNewest(mine));
    }

    [Fact]
    public void Of_one_commit_the_last_recorded_counts()
    {
        string commit = _repository.Commit("c", "a", "1").Hex;
        Add(commit, Noon.AddMinutes(2), "bb");
        Add(commit, Noon, "cc");
        string last = Add(commit, Noon.AddMinutes(3), "aa");
        Assert.Equal(last, FindNewest(commit));
        Assert.Equal(last, Find(commit));
        Assert.Equal(last, Path.Combine(_store.Directory, _store.FileNames().Last()));
    }

    [Fact]
    public void Only_an_equal_key_matches()
    {
        string commit = _repository.Commit("c", "a", "1").Hex;
        Add(commit, Noon);
        using IGitRepository git = GitExecutable.Open(_repository.Folder);
        foreach (BaselineKey other in new[]
        {
            SampleRecord.Key with { Configuration = "Debug" },
            SampleRecord.Key with { TargetFramework = "net8.0" },
            SampleRecord.Key with { RuntimeIdentifier = "linux-musl-x64" },
            SampleRecord.Key with { Project = "elsewhere/App.csproj" },
            SampleRecord.Key with { Program = "App2" },
        })
            Assert.Null(_store.FindNewest(other, git, git.ResolveCommit(commit)));
    }

    [Fact]
    public void Files_that_are_no_baselines_are_passed_over()
    {
        string commit = _repository.Commit("c", "a", "1").Hex;
        string good = Add(commit, Noon);
        foreach (string name in new[] { SampleRecord.Key.FilePrefix + "nonsense.hotbase", "x.hotbase", "unfinished.tmp" })
            File.WriteAllText(Path.Combine(_store.Directory, name), "");
        Assert.Equal(good, FindNewest(commit));
    }

    [Fact]
    public void The_store_keeps_itself_out_of_git_and_leaves_no_half_files()
    {
        Add(_repository.Commit("c", "a", "1").Hex, Noon);
        using IGitRepository git = GitExecutable.Open(_repository.Folder);
        Assert.False(git.IsDirty());
        Assert.Equal([".gitignore"], Directory.GetFiles(_store.Directory).Select(path => Path.GetFileName(path)).Where(name => !name.EndsWith(".hotbase", StringComparison.Ordinal)));
    }

    private string Add(string commit, DateTimeOffset when, string buildId = "aa") =>
        _store.Add(SampleRecord.Create(commit, string.Concat(Enumerable.Repeat(buildId, 20))), when);

    private string? FindNewest(string commit)
    {
        using IGitRepository git = GitExecutable.Open(_repository.Folder);
        return _store.FindNewest(SampleRecord.Key, git, git.ResolveCommit(commit));
    }

    private string? Find(string commit)
    {
        using IGitRepository git = GitExecutable.Open(_repository.Folder);
        return _store.Find(SampleRecord.Key, git.ResolveCommit(commit));
    }
}
