using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline.Rebuilding;

/// <summary>Runs the native compiler, the linker and objcopy, without a shell.</summary>
/// <param name="folder">The project's folder, to which their arguments are relative.</param>
/// <param name="revision">What is rebuilt, for failures.</param>
/// <param name="searchPath">The value of PATH.</param>
internal sealed class ToolProcess(string folder, string revision, string searchPath)
{
    private const int TailBytes = 4096;
    private const int ShownLines = 6;
    private const int ShownCharacters = 600;

    /// <summary>Runs a program to its end; any end but a good one is a failure with its last words.</summary>
    /// <param name="program">A name that is looked up in the search path, or a path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellation">Ends the program and all that it started.</param>
    public void Run(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        (int exitCode, string shown) = RunToEnd(program, arguments, cancellation);
        if (exitCode != 0)
            throw new HotpatchException(RebuildDiagnostics.ToolFailed.With(Path.GetFileName(program), exitCode, revision, shown));
    }

    /// <summary>Runs a program to its end, whatever that is.</summary>
    /// <param name="program">A name that is looked up in the search path, or a path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellation">Ends the program and all that it started.</param>
    /// <returns>Its exit code, and its last words in one line.</returns>
    public (int ExitCode, string LastWords) RunToEnd(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using Process process = Start(program, arguments);
        using CancellationTokenRegistration kill = cancellation.Register(static state => End((Process)state!), process);
        process.StandardInput.Close();
        Task<string> error = Task.Run(() => ReadTail(process.StandardError.BaseStream), CancellationToken.None);
        string output = ReadTail(process.StandardOutput.BaseStream);
        process.WaitForExit();
        string shown = LastLines(error.GetAwaiter().GetResult(), output);
        cancellation.ThrowIfCancellationRequested();
        return (process.ExitCode, shown);
    }

    private Process Start(string program, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(Find(program), arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new HotpatchException(RebuildDiagnostics.ToolFailed.With(Path.GetFileName(program), e.NativeErrorCode, revision, e.Message.TrimEnd('.')), e);
        }
    }

    /// <summary><see cref="Process"/> would look into the current folder first, where a repository could keep a program of that name.</summary>
    private string Find(string program)
    {
        string? found = program.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? Path.GetFullPath(program, folder)
            : searchPath.Split(Path.PathSeparator).Where(Path.IsPathFullyQualified).Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
        return found is not null && File.Exists(found) ? found : throw new HotpatchException(RebuildDiagnostics.ToolNotFound.With(program, revision));
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            Trace.WriteLine($"process {process.Id} ended by itself: {e.Message}");
        }
    }

    /// <summary>The last bytes of a stream, read to its end: a tool may say as much as it likes.</summary>
    private static string ReadTail(Stream stream)
    {
        byte[] tail = new byte[TailBytes], buffer = new byte[TailBytes];
        int length = 0;
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            int kept = Math.Min(length, TailBytes - count);
            tail.AsSpan(length - kept, kept).CopyTo(tail);
            buffer.AsSpan(0, count).CopyTo(tail.AsSpan(kept));
            length = kept + count;
        }
        return Encoding.UTF8.GetString(tail, 0, length);
    }

    private static string LastLines(string error, string output)
    {
        IEnumerable<string> lines = (string.IsNullOrWhiteSpace(error) ? output : error)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(ShownLines);
        string text = string.Concat(string.Join(" | ", lines).Select(c => char.IsControl(c) ? ' ' : c)).TrimEnd('.');
        return text.Length == 0 ? "it said nothing" : text[Math.Max(0, text.Length - ShownCharacters)..];
    }
}
