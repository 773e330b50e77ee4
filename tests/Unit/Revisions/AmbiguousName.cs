using HotpatchBuild.Compiler;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

public sealed class AmbiguousName : IDisposable
{
    private readonly TestRepository _files = new();

    [Fact]
    public void ABranchAndATagOfOneNameAreNotGuessedBetween()
    {
        ObjectId first = _files.Commit("First", "A.cs", "class A;");
        _files.Git("tag", "twice");
        _files.Commit("Second", "A.cs", "class A { }");
        _files.Git("branch", "twice");
        using GitExecutable git = _files.Open();
        Refusals.Expect(BuildDiagnostics.AmbiguousRevision, () => git.ResolveCommit("twice"));
        Assert.Equal(first, git.ResolveCommit("refs/tags/twice"));
    }

    [Fact]
    public void AnAbbreviationOfTwoCommitsIsRefused()
    {
        // Seventeen commits have two that begin with the same digit, and four digits are the least git takes: so look for the pair.
        Dictionary<string, ObjectId> seen = [];
        string? shared = null;
        ObjectId tree = default;
        _files.Commit("First", "A.cs", "class A;");
        Assert.True(ObjectId.TryParse(_files.Git("rev-parse", "HEAD^{tree}"), out tree));
        for (int number = 0; number < 3000 && shared is null; number++)
        {
            Assert.True(ObjectId.TryParse(Id($"tree {tree}\nauthor A <a@b> {number} +0000\ncommitter A <a@b> {number} +0000\n\nm\n"), out ObjectId id));
            if (!seen.TryAdd(id.Hex[..4], id))
                shared = id.Hex[..4];
            if (shared is not null || number == 2999)
                Store(number, seen[id.Hex[..4]], tree);
        }

        Assert.NotNull(shared);
        using GitExecutable git = _files.Open();
        Refusals.Expect(BuildDiagnostics.AmbiguousRevision, () => git.ResolveCommit(shared));

        void Store(int last, ObjectId first, ObjectId root)
        {
            for (int number = 0; number <= last; number++)
            {
                string text = $"tree {root}\nauthor A <a@b> {number} +0000\ncommitter A <a@b> {number} +0000\n\nm\n";
                if (number != last && Id(text) != first.Hex)
                    continue;
                _files.Write("commit.tmp", text);
                _files.Git("hash-object", "-t", "commit", "-w", "commit.tmp");
            }
        }

        static string Id(string text) => Convert.ToHexStringLower(
            System.Security.Cryptography.SHA1.HashData(System.Text.Encoding.ASCII.GetBytes($"commit {text.Length}\0{text}")));
    }

    public void Dispose() => _files.Dispose();
}
