namespace HotpatchBuild.Compiler.Compilations;

/// <summary>Where a compilation's input files come from. Paths are absolute, as the compiler's command line has them.</summary>
public interface ISourceProvider
{
    /// <summary>What to call it in a message: "the working tree", "revision 1a2b3c".</summary>
    string Name { get; }

    /// <summary>A file's bytes, or null where there is no such file.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="cancellation">Ends the read.</param>
    byte[]? Read(string path, CancellationToken cancellation = default);

    /// <summary>True when <see cref="Read"/> would give the file on disk, so that a large one can be mapped instead of copied.</summary>
    /// <param name="path">Absolute path.</param>
    bool IsFromDisk(string path);
}
