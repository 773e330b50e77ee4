using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Revisions;

/// <summary>What a git command left behind.</summary>
/// <param name="ExitCode">0 when it did what it was asked.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record GitResult(int ExitCode, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output).TrimEnd('\n', '\r');
}

/// <summary>The git executable, started so that neither the environment nor a repository's configuration changes its answers.</summary>
internal sealed class GitCommand
{
    private const int OutputLimit = 1 << 29;
    private const int ErrorLimit = 1 << 16;

    /// <summary>
    /// No pager, no lock files in somebody's repository, no file-system monitor and no hooks (both are programs that a repository
    /// can name), and warnings where a name is both branch and tag.
    /// </summary>
    private static readonly string[] SafeOptions =
    [
        "--no-pager", "--no-optional-locks",
        "-c", "core.fsmonitor=false",
        "-c", "core.hooksPath=/dev/null",
        "-c", "core.warnAmbiguousRefs=true",
        "-c", "color.ui=false",
        "-c", "advice.objectNameWarning=true",
        "-c", "core.disambiguate=committish",
        "-c", "submodule.recurse=false",
        "-c", "log.showSignature=false",
    ];

    private readonly string _executable;
    private readonly IReadOnlyDictionary<string, string> _inherited;
    private readonly IReadOnlyDictionary<string, string> _added;

    private GitCommand(string executable, IReadOnlyDictionary<string, string>? inherited, IReadOnlyDictionary<string, string>? added)
    {
        _executable = executable;
        _inherited = inherited ?? new Dictionary<string, string>();
        _added = added ?? new Dictionary<string, string>();
    }

    /// <summary>
    /// Finds git in the absolute folders of the search path. <see cref="Process"/> would look into the current folder first, where a
    /// hostile repository could keep a program of that name.
    /// </summary>
    /// <param name="searchPath">The value of PATH.</param>
    /// <param name="inherited">Variables as if this process had them (for tests).</param>
    /// <param name="added">Variables that git gets in any case (for tests).</param>
    internal static GitCommand Find(
        string? searchPath, IReadOnlyDictionary<string, string>? inherited = null, IReadOnlyDictionary<string, string>? added = null)
    {
        string name = OperatingSystem.IsWindows() ? "git.exe" : "git";
        string? found = (searchPath ?? "").Split(Path.PathSeparator)
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(IsExecutable);
        return found is null
            ? throw new HotpatchException(BuildDiagnostics.GitNotInstalled.With())
            : new GitCommand(found, inherited, added);
    }

    /// <summary>Runs git to its end.</summary>
    internal GitResult Run(string folder, CancellationToken cancellation, params ReadOnlySpan<string> arguments) =>
        Run(folder, [], cancellation, arguments);

    /// <summary>Runs git to its end with bytes on its standard input.</summary>
    internal GitResult Run(string folder, byte[] input, CancellationToken cancellation, params ReadOnlySpan<string> arguments)
    {
        cancellation.ThrowIfCancellationRequested();
        using Process process = Start(folder, arguments);
        using CancellationTokenRegistration kill = cancellation.Register(static state => End((Process)state!), process);
        Task feed = Task.Run(() => Feed(process, input), CancellationToken.None);
        Task<byte[]> error = Task.Run(() => ReadTail(process.StandardError.BaseStream), CancellationToken.None);
        byte[]? output = ReadAll(process.StandardOutput.BaseStream);
        if (output is null)
            End(process);
        process.WaitForExit();
        feed.GetAwaiter().GetResult();
        string errorText = Encoding.UTF8.GetString(error.GetAwaiter().GetResult());
        cancellation.ThrowIfCancellationRequested();
        return output is null
            ? throw new HotpatchException(BuildDiagnostics.GitNotUnderstood.With(arguments[0], $"more than {OutputLimit} bytes"))
            : new GitResult(process.ExitCode, output, errorText);
    }

    /// <summary>Starts git; the caller owns the process and its three pipes.</summary>
    internal Process Start(string folder, params ReadOnlySpan<string> arguments)
    {
        ProcessStartInfo start = new(_executable)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (string option in SafeOptions)
            start.ArgumentList.Add(option);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach ((string name, string value) in _inherited)
            start.Environment[name] = value;
        CleanEnvironment(start.Environment);
        foreach ((string name, string value) in _added)
            start.Environment[name] = value;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new HotpatchException(BuildDiagnostics.GitFailed.With(arguments[0], exception.NativeErrorCode, exception.Message), exception);
        }
    }

    /// <summary>Ends a git process and what it started. A process that has ended in the meantime is no error.</summary>
    internal static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            Trace.WriteLine($"git {process.Id} ended by itself: {exception.Message}");
        }
    }

    /// <summary>The last bytes of a stream, read to its end.</summary>
    internal static byte[] ReadTail(Stream stream)
    {
        byte[] buffer = new byte[4096];
        Queue<byte> tail = new();
        for (int count; (count = stream.Read(buffer)) > 0;)
            foreach (byte next in buffer.AsSpan(0, count))
            {
                if (tail.Count == ErrorLimit)
                    tail.Dequeue();
                tail.Enqueue(next);
            }

        return [.. tail];
    }

    /// <summary>
    /// A build that runs inside a git hook inherits GIT_DIR and GIT_INDEX_FILE of another repository (the list is
    /// <c>git rev-parse --local-env-vars</c>). Configuration that the user gave by environment stays: safe.directory may be in it.
    /// </summary>
    private static void CleanEnvironment(IDictionary<string, string?> environment)
    {
        foreach (string name in environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal) && !IsKept(name)).ToList())
            environment.Remove(name);
        environment["LC_ALL"] = "C";
        environment["LANGUAGE"] = "C";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_OPTIONAL_LOCKS"] = "0";
        environment["GIT_PAGER"] = "cat";

        static bool IsKept(string name) =>
            name.StartsWith("GIT_CONFIG_", StringComparison.Ordinal) || name.StartsWith("GIT_SSL_", StringComparison.Ordinal) ||
            name is "GIT_EXEC_PATH" or "GIT_CEILING_DIRECTORIES" or "GIT_DISCOVERY_ACROSS_FILESYSTEM" or "GIT_SSH" or "GIT_SSH_COMMAND" or "GIT_ASKPASS";
    }

    private static bool IsExecutable(string path) => File.Exists(path) &&
        (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);

    private static void Feed(Process process, byte[] input)
    {
        try
        {
            using Stream stream = process.StandardInput.BaseStream;
            stream.Write(input);
        }
        catch (IOException exception)
        {
            // git ended before it had read everything; its exit code says why.
            Trace.WriteLine($"git {process.Id} stopped reading: {exception.Message}");
        }
    }

    private static byte[]? ReadAll(Stream stream)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[1 << 16];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            all.Write(buffer, 0, count);
            if (all.Length > OutputLimit)
                return null;
        }

        return all.ToArray();
    }
}
