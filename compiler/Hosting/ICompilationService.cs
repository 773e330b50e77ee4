namespace HotpatchBuild.Hosting;

/// <summary>Compiles a project again from its recorded command line. Made by <see cref="CompilerLoadContext.Create"/>.</summary>
public interface ICompilationService
{
    /// <summary>The class of HotpatchBuild.Compiler that implements it.</summary>
    const string Implementation = "HotpatchBuild.Compiler.Compilations.CompilationService";

    /// <summary>Compiles what is in the working tree.</summary>
    /// <param name="arguments">The compiler's arguments, one each.</param>
    /// <param name="baseDirectory">The project's folder.</param>
    /// <param name="cancellation">Ends the compilation.</param>
    CompiledAssembly CompileWorkingTree(IReadOnlyList<string> arguments, string baseDirectory, CancellationToken cancellation);

    /// <summary>Compiles what a revision holds, without touching the working tree, from the command line recorded for it.</summary>
    /// <param name="arguments">The arguments recorded when that revision was built, sources in their order.</param>
    /// <param name="baseDirectory">The project's folder.</param>
    /// <param name="revision">A git revision.</param>
    /// <param name="recorded">Files that git doesn't keep (generated ones in <c>obj/</c>, assemblies of other projects), as they were then, by full path.</param>
    /// <param name="expectedMvid">The recorded identity, or null where none is known. Any other result is refused.</param>
    /// <param name="cancellation">Ends the compilation.</param>
    CompiledAssembly CompileRevision(
        IReadOnlyList<string> arguments, string baseDirectory, string revision, IReadOnlyDictionary<string, byte[]> recorded, Guid? expectedMvid,
        CancellationToken cancellation);

    /// <summary>Compiles what a revision holds where nothing was recorded for it: its command line is guessed from today's.</summary>
    /// <param name="arguments">The working tree's arguments, from a build of <c>HEAD</c>.</param>
    /// <param name="baseDirectory">The project's folder.</param>
    /// <param name="revision">A git revision.</param>
    /// <param name="older">Assemblies of other projects as that revision has them, compiled before this one, by full path.</param>
    /// <param name="expectedMvid">The shipped identity, or null where none is known. Any other result is refused.</param>
    /// <param name="cancellation">Ends the compilation.</param>
    CompiledAssembly CompileUnrecordedRevision(
        IReadOnlyList<string> arguments, string baseDirectory, string revision, IReadOnlyDictionary<string, byte[]> older, Guid? expectedMvid,
        CancellationToken cancellation);
}
