using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>Reads a compilation's input files; a path of the command line may be relative to the project's folder.</summary>
internal sealed class CompilationInputs(ISourceProvider sources, string baseDirectory)
{
    internal string SourcesName => sources.Name;

    internal string ToAbsolute(string path) => Path.GetFullPath(path, baseDirectory);

    internal bool IsFromDisk(string path) => sources.IsFromDisk(ToAbsolute(path));

    internal byte[]? Read(string path, CancellationToken cancellation) => sources.Read(ToAbsolute(path), cancellation);

    internal byte[] Require(string path, CancellationToken cancellation) =>
        Read(path, cancellation) ?? throw new HotpatchException(BuildDiagnostics.InputMissing.With(path, Uncapitalised(sources.Name)));

    /// <summary>A file that an option may name.</summary>
    internal Stream? OpenOptional(string? path, CancellationToken cancellation) => path is null ? null : new MemoryStream(Require(path, cancellation));

    private static string Uncapitalised(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
