using HotpatchBuild.Compiler;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

public sealed class NoRepository : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void IsNamed() => Assert.Contains(_folder.Path, Refusals.Expect(BuildDiagnostics.NoRepository, () => GitExecutable.Open(_folder.Path)).What);

    [Fact]
    public void AFolderThatIsMissingIsNamed() =>
        Refusals.Expect(BuildDiagnostics.NoRepository, () => GitExecutable.Open(Path.Combine(_folder.Path, "missing")));

    [Fact]
    public void ABareRepositoryHasNoWorkingTree()
    {
        TestRepository.GitIn(_folder.Path, "init", "-q", "--bare", ".");
        Refusals.Expect(BuildDiagnostics.NoWorkingTree, () => GitExecutable.Open(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();
}
