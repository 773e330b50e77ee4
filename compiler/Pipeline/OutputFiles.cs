using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>Writes and deletes what a build gives out.</summary>
internal static class OutputFiles
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">The file; its folder need not exist.</param>
    /// <param name="content">Its bytes.</param>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            CreateFolderOf(path);
            File.WriteAllBytes(path, content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HotpatchException(PipelineDiagnostics.CannotWrite.With(path, e.Message.TrimEnd('.')), e);
        }
    }

    /// <summary>Writes a file with one argument a line.</summary>
    /// <param name="path">The file; its folder need not exist.</param>
    /// <param name="lines">The arguments.</param>
    public static void WriteLines(string path, IEnumerable<string> lines) => Write(path, System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));

    /// <summary>Makes the folder that a file is to stand in.</summary>
    /// <param name="path">The file.</param>
    public static void CreateFolderOf(string path) => Directory.CreateDirectory(Path.GetDirectoryName(path)!);

    /// <summary>Deletes a file that is no longer right.</summary>
    /// <param name="path">The file; it need not exist.</param>
    public static void Delete(string path)
    {
        try
        {
            // File.Delete throws when the folder is missing.
            if (File.Exists(path))
                File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HotpatchException(PipelineDiagnostics.CannotWrite.With(path, e.Message.TrimEnd('.')), e);
        }
    }
}
