using HotpatchBuild.Compiler.Compilations;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Tests.Unit.Revisions;

namespace HotpatchBuild.Tests.Unit.Compilations;

/// <summary>A project in a real repository, compiled by the Roslyn package that the tests came with.</summary>
public sealed class TestProject : IDisposable
{
    private static readonly string[] FrameworkReferences =
        [.. new[] { "System.Runtime", "System.Private.CoreLib" }.Select(name =>
            "/reference:" + Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, name + ".dll"))];

    public TestRepository Files { get; } = new();

    public CompilerArguments Arguments(params IEnumerable<string> arguments) =>
        new(["/noconfig", "/nostdlib+", "/target:library", "/deterministic+", "/debug:portable", "/out:P.dll", .. FrameworkReferences, .. arguments], Files.Folder);

    public CompilationOutput Compile(CompilerArguments arguments, ISourceProvider? sources = null)
    {
        using GeneratorAssemblies generators = new();
        using ProjectCompilation compilation = ProjectCompilation.Create(arguments, sources ?? new WorkingTreeSources(), generators);
        return compilation.Emit();
    }

    public CompilationOutput CompileRevision(CompilerArguments arguments, string revision)
    {
        using GitExecutable git = Files.Open();
        using RevisionSources sources = new(git, git.ResolveCommit(revision), new WorkingTreeSources());
        return Compile(arguments, sources);
    }

    public void Dispose() => Files.Dispose();
}
