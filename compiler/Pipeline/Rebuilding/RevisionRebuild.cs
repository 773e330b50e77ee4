using System.Collections.Immutable;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Compilations;
using HotpatchBuild.Compiler.Native.Audit;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Hosting;

namespace HotpatchBuild.Compiler.Pipeline.Rebuilding;

/// <summary>
/// Builds a revision again from git objects, with the present build's command lines and without touching the working tree, so that a delta can be
/// made against a build of which no record was kept.
/// </summary>
/// <remarks>
/// Nothing says here what the revision's own build gave: no record of it is known, and so no MVID to compare with. That the rebuilt executable is
/// the shipped one is checked where it matters: a delta names the build-id (a hash of the whole executable) and is applied to no other process.
/// </remarks>
/// <param name="request">The present build's files.</param>
/// <param name="present">The present build.</param>
/// <param name="key">What it is of.</param>
/// <param name="git">The repository.</param>
/// <param name="tree">The state of the sources.</param>
/// <param name="storeDirectory">Where a record was looked for.</param>
internal sealed class RevisionRebuild(BuildRequest request, NativeBuild present, BaselineKey key, IGitRepository git, WorkingTree tree, string storeDirectory)
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
        RevisionArguments older = RevisionArguments.From(new CompilerArguments(present.CompilerArguments, _projectDirectory), sources);
        ImmutableArray<string> linkWords = LinkCommand.Words(present.LinkerArguments);

        var files = new RebuiltFiles(request, commit);
        files.Prepare();
        BaselineOrigin origin = Compile(older, sources, files.Request, cancellation) with
        {
            Commit = commit,
            Rebuilt = new BaselineRebuild(
                [.. older.ChangedBuildFiles.Concat(ChangedFilesOf(linkWords, sources)).Distinct().Order(StringComparer.Ordinal)],
                [.. SourcesThatAreGone(older, sources)]),
        };
        var tools = new ToolProcess(_projectDirectory, commit.Hex[..12], Environment.GetEnvironmentVariable("PATH") ?? "");
        IlcCommand ilc = IlcCommand.Redirect(present.IlcArguments, _projectDirectory, request.Assembly, files);
        OutputFiles.Write(files.IlcResponse, Lines(ilc.Lines));
        tools.Run(Path.Combine(request.IlcToolsDirectory, "ilc"), ["@" + files.IlcResponse], cancellation);
        ImmutableDictionary<string, string> moved = ilc.Moved.SetItem(request.Executable, files.Request.Executable);
        tools.Run(request.Linker, LinkCommand.Redirect(linkWords, _projectDirectory, moved, request.NativeObject, request.Executable), cancellation);
        Strip(tools, files.Request, cancellation);

        NativeBuild build = NativeBuildCollector.Collect(files.Request);
        PrologueAuditReport audit = BaselineRecorder.Audit(files.Request, build);
        files.Delete();
        return BaselineRecorder.Record(build, key, origin, audit);
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
        OutputFiles.Write(target.CompilerArguments, Lines(older.Arguments.Arguments));
        return new BaselineOrigin
        {
            Commit = sources.Commit,
            Sources = [.. compilation.Sources.Select(source => new BaselineSource(sources.ToRelative(source.Path) ?? source.Path, source.Sha256))],
            References = [.. compilation.References.Select(reference => new BaselineReference(Path.GetFileName(reference.Path), reference.Mvid))],
        };
    }

    /// <summary>The three steps of LinkNative in Microsoft.NETCore.Native.targets; the debug link in the executable is a file name and a checksum.</summary>
    private void Strip(ToolProcess tools, BuildRequest target, CancellationToken cancellation)
    {
        if (target.SymbolFile == target.Executable)
            return;
        tools.Run(request.ObjCopy, ["--only-keep-debug", target.Executable, target.SymbolFile], cancellation);
        tools.Run(request.ObjCopy, ["--strip-debug", "--strip-unneeded", target.Executable], cancellation);
        tools.Run(request.ObjCopy, ["--add-gnu-debuglink=" + target.SymbolFile, target.Executable], cancellation);
    }

    private void RequireSameReferences(RevisionSources sources)
    {
        IEnumerable<string> assemblies = CompiledFiles.Of(present.CompilerArguments, _projectDirectory) is var files
            ? [.. files.References, .. files.Analyzers, .. NativeBuildCollector.OtherAssemblyPaths(request, present.IlcArguments)]
            : [];
        if (new ReferencedProjects(sources, _projectDirectory).FindChanged(assemblies) is { } changed)
            throw CannotRebuild($"{changed.Assembly}, which it references, is made from this repository too and differs there ({changed.File})");
    }

    /// <summary>Files of the repository that ILC and the linker are given (rd.xml, native libraries): they are read as they are now.</summary>
    private IEnumerable<string> ChangedFilesOf(ImmutableArray<string> linkWords, RevisionSources sources)
    {
        HashSet<string> changed = [.. sources.Changes.Select(change => change.Path)];
        return IlcCommand.NamedFiles(present.IlcArguments, _projectDirectory).Concat(IlcCommand.NamedFiles(linkWords, _projectDirectory))
            .Select(sources.ToRelative).OfType<string>().Where(changed.Contains);
    }

    /// <summary>Globs take files in the order of the folder on the disk of that time, which nothing tells today.</summary>
    private IEnumerable<string> SourcesThatAreGone(RevisionArguments older, RevisionSources sources) =>
        CompiledFiles.Of(older.Arguments.Arguments, _projectDirectory).Sources.Except(CompiledFiles.Of(present.CompilerArguments, _projectDirectory).Sources)
            .Select(path => sources.ToRelative(path) ?? path).Order(StringComparer.Ordinal);

    private HotpatchException CannotRebuild(string reason) => new(BaselineDiagnostics.NoRecord.With(request.Baseline, storeDirectory, reason));

    private static byte[] Lines(ImmutableArray<string> lines) => System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
}
