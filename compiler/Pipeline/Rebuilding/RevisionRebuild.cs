using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Compilations;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Hosting;

namespace HotpatchBuild.Compiler.Pipeline.Rebuilding;

/// <summary>
/// Builds a revision again from git objects, with the present build's command lines and without touching the working tree, so that a delta can be
/// made against a build of which no record was kept.
/// </summary>
/// <remarks>
/// Nothing says here what the revision's own build gave: no record of it is known, and so no MVID to compare with. That the rebuilt program is
/// the shipped one is checked where it matters: a delta names the build-id (a hash of the whole executable) or the MVID (a hash of the whole
/// assembly) and is applied to no other process.
/// </remarks>
/// <param name="request">The present build's files.</param>
/// <param name="present">The present build.</param>
/// <param name="key">What it is of.</param>
/// <param name="git">The repository.</param>
/// <param name="tree">The state of the sources.</param>
/// <param name="storeDirectory">Where a record was looked for.</param>
internal sealed class RevisionRebuild(BuildRequest request, IEngineBuild present, BaselineKey key, IGitRepository git, WorkingTree tree, string storeDirectory)
{
    private readonly string _projectDirectory = Path.GetDirectoryName(request.ProjectFile)!;

    /// <summary>Rebuilds.</summary>
    /// <param name="commit">The revision.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>A record like that of any other build.</returns>
    public BaselineRecord Run(ObjectId commit, CancellationToken cancellation)
    {
        using RevisionSources sources = new(git, commit, new RestampedSources(new WorkingTreeSources(), tree.Head, commit), cancellation);
        if (sources.Read(request.ProjectFile, cancellation) is null)
            throw CannotRebuild($"it has no {key.Project}");
        RequireSameReferences(sources);
        RevisionArguments older = RevisionArguments.From(new CompilerArguments(present.Build.CompilerArguments, _projectDirectory), sources);

        var files = new RebuiltFiles(request, commit);
        files.Prepare();
        BaselineOrigin origin = Compile(older, sources, files.Request, cancellation) with
        {
            Commit = commit,
            Rebuilt = new BaselineRebuild(
                [.. older.ChangedBuildFiles.Concat(ChangedFilesOf(present.OtherInputFiles, sources)).Distinct().Order(StringComparer.Ordinal)],
                [.. SourcesThatAreGone(older, sources)],
                [.. StampedLibraries(commit, sources, cancellation)]),
        };
        var tools = new ToolProcess(_projectDirectory, commit.Hex[..12], Environment.GetEnvironmentVariable("PATH") ?? "");
        IEngineBuild rebuilt = present.CompleteRebuild(files, tools, cancellation);
        ProgramFacts facts = rebuilt.Facts();
        files.Delete();
        return BaselineRecorder.Record(rebuilt.Build, key, origin, facts);
    }

    /// <summary>The assembly and its PDB into the rebuild's folder, and what they were made of.</summary>
    private static BaselineOrigin Compile(RevisionArguments older, RevisionSources sources, BuildRequest target, CancellationToken cancellation)
    {
        using GeneratorAssemblies generators = new();
        using ProjectCompilation compilation = ProjectCompilation.Create(older.Arguments, sources, generators, cancellation);
        CompilationOutput output = compilation.Emit(cancellation);
        OutputFiles.Write(target.Assembly, output.Assembly);
        if (output.Symbols is { } symbols)
            OutputFiles.Write(Path.ChangeExtension(target.Assembly, ".pdb"), symbols);
        OutputFiles.WriteLines(target.CompilerArguments, older.Arguments.Arguments);
        return new BaselineOrigin
        {
            Commit = sources.Commit,
            Sources = [.. compilation.Sources.Select(source => new BaselineSource(sources.ToRelative(source.Path) ?? source.Path, source.Sha256))],
            References = [.. compilation.References.Select(reference => new BaselineReference(Path.GetFileName(reference.Path), reference.Mvid))],
        };
    }

    private void RequireSameReferences(RevisionSources sources)
    {
        IEnumerable<string> assemblies = CompiledFiles.Of(present.Build.CompilerArguments, _projectDirectory) is var files
            ? [.. files.References, .. files.Analyzers, .. present.OtherAssemblyFiles]
            : [];
        if (new ReferencedProjects(sources, _projectDirectory).FindChanged(assemblies) is { } changed)
            throw CannotRebuild($"{changed.Assembly}, which it references, is made from this repository too and differs there ({changed.File})");
    }

    /// <summary>Files of the repository that later steps are given: they are read as they are now.</summary>
    private static IEnumerable<string> ChangedFilesOf(IEnumerable<string> files, RevisionSources sources)
    {
        HashSet<string> changed = [.. sources.Changes.Select(change => change.Path)];
        return files.Select(sources.ToRelative).OfType<string>().Where(changed.Contains);
    }

    /// <summary>Globs take files in the order of the folder on the disk of that time, which nothing tells today.</summary>
    private IEnumerable<string> SourcesThatAreGone(RevisionArguments older, RevisionSources sources) =>
        CompiledFiles.Of(older.Arguments.Arguments, _projectDirectory).Sources.Except(CompiledFiles.Of(present.Build.CompilerArguments, _projectDirectory).Sources)
            .Select(path => sources.ToRelative(path) ?? path).Order(StringComparer.Ordinal);

    /// <summary>
    /// Libraries without the package have the commit in their informational version. A PDB names the references by MVID, and the identity of the
    /// program's assembly is a hash over the PDB's too.
    /// </summary>
    private IEnumerable<string> StampedLibraries(ObjectId commit, RevisionSources sources, CancellationToken cancellation)
    {
        byte[] head = System.Text.Encoding.ASCII.GetBytes(tree.Head.Hex);
        return commit == tree.Head ? [] : CompiledFiles.Of(present.Build.CompilerArguments, _projectDirectory).References
            .Where(path => sources.ToRelative(path) is not null && sources.Read(path, cancellation).AsSpan().IndexOf(head) >= 0)
            .Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
    }

    private HotpatchException CannotRebuild(string reason) => new(BaselineDiagnostics.NoRecord.With(request.Baseline, storeDirectory, reason));
}
