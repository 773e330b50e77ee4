using System.Reflection;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Hosting;
using Microsoft.CodeAnalysis;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>Compilations for callers outside of this load context.</summary>
public sealed class CompilationService : ICompilationService
{
    /// <inheritdoc/>
    public CompiledAssembly CompileWorkingTree(IReadOnlyList<string> arguments, string baseDirectory, CancellationToken cancellation) =>
        Compile(new CompilerArguments([.. arguments], baseDirectory), new WorkingTreeSources(), null, cancellation);

    /// <inheritdoc/>
    public CompiledAssembly CompileRevision(
        IReadOnlyList<string> arguments, string baseDirectory, string revision, IReadOnlyDictionary<string, byte[]> recorded, Guid? expectedMvid,
        CancellationToken cancellation)
    {
        using GitExecutable git = GitExecutable.Open(baseDirectory, cancellation);
        using RevisionSources sources = new(git, git.ResolveCommit(revision, cancellation), Overlay(recorded, new WorkingTreeSources()), cancellation);
        return Compile(new CompilerArguments([.. arguments], baseDirectory), sources, expectedMvid, cancellation);
    }

    /// <inheritdoc/>
    public CompiledAssembly CompileUnrecordedRevision(
        IReadOnlyList<string> arguments, string baseDirectory, string revision, IReadOnlyDictionary<string, byte[]> older, Guid? expectedMvid,
        CancellationToken cancellation)
    {
        using GitExecutable git = GitExecutable.Open(baseDirectory, cancellation);
        ObjectId commit = git.ResolveCommit(revision, cancellation);
        RestampedSources generated = new(new WorkingTreeSources(), git.ResolveCommit("HEAD", cancellation), commit);
        using RevisionSources sources = new(git, commit, Overlay(older, generated), cancellation);
        CompilerArguments guessed = RevisionArguments.From(new CompilerArguments([.. arguments], baseDirectory), sources).Arguments;
        return Compile(guessed, sources, expectedMvid, cancellation);
    }

    private static OverlaySources Overlay(IReadOnlyDictionary<string, byte[]> files, ISourceProvider below) =>
        new(files.ToDictionary(pair => pair.Key, pair => (byte[]?)pair.Value), below);

    private static CompiledAssembly Compile(CompilerArguments arguments, ISourceProvider sources, Guid? expectedMvid, CancellationToken cancellation)
    {
        using GeneratorAssemblies generators = new();
        using ProjectCompilation compilation = ProjectCompilation.Create(arguments, sources, generators, cancellation);
        CompilationOutput output = compilation.Emit(cancellation);
        if (expectedMvid is { } expected)
            output.Require(expected);
        string version = typeof(Compilation).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        return new CompiledAssembly(output.Assembly, output.Symbols, output.ReferenceAssembly, output.Documentation, output.Mvid, version);
    }
}
