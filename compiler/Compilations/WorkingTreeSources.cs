using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>The files as they are on disk.</summary>
public sealed class WorkingTreeSources : ISourceProvider
{
    /// <inheritdoc/>
    public string Name => "The working tree";

    /// <inheritdoc/>
    public byte[]? Read(string path, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new HotpatchException(BuildDiagnostics.InputUnreadable.With(path, exception.Message), exception);
        }
    }

    /// <inheritdoc/>
    public bool IsFromDisk(string path) => true;
}
