using System.Globalization;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Protocol;
using HotpatchBuild.Runtime.Managed.Processes;

namespace HotpatchBuild.Runtime.Managed.Diagnostics;

/// <summary>The socket on which a runtime takes commands (dotnet/diagnostics, documentation/design-docs/ipc-protocol.md).</summary>
/// <param name="process">The process.</param>
internal sealed class DiagnosticsPort(ManagedProcess process)
{
    // Each switches the port, or what is asked of it, off (docs: DOTNET_EnableDiagnostics and its parts).
    private static readonly string[] Switches = ["EnableDiagnostics", "EnableDiagnostics_IPC", "EnableDiagnostics_Profiler"];
    private static readonly string[] Prefixes = ["DOTNET_", "COMPlus_"];

    /// <summary>Connects.</summary>
    /// <param name="limit">For everything that is done over the connection.</param>
    /// <exception cref="HotpatchException">There is none, or somebody else's.</exception>
    /// <exception cref="IOException">It cannot be reached.</exception>
    /// <exception cref="TimeoutException">The process does not accept.</exception>
    public UnixStream Connect(TimeSpan limit)
    {
        if (SwitchedOff() is { } setting)
            throw new HotpatchException(ManagedDiagnostics.DiagnosticsOff.With(process.Label, setting));
        var folder = process.Reach(process.TemporaryFolder);
        var name = FindName(folder) ?? throw None();
        // Through the folder's descriptor, because a path must be short for a socket.
        using var short_ = ShortPath.Open(folder) ?? throw None();
        var stream = UnixStream.Connect($"{short_.Path}/{name}", limit) ?? throw None();
        // Its user may have changed since the runtime began to listen; its id is its own.
        if (stream.Peer().Process == process.Pid)
            return stream;
        stream.Dispose();
        throw None();

        HotpatchException None()
        {
            process.EnsureSame();
            return new HotpatchException(ManagedDiagnostics.NoPort.With(process.Label, process.TemporaryFolder));
        }
    }

    /// <summary>The setting that switches diagnostics off, or null.</summary>
    internal string? SwitchedOff()
    {
        foreach (var name in Switches)
        {
            foreach (var prefix in Prefixes)
            {
                // Numbers of the runtime's configuration are hexadecimal; any zero is one.
                if (process.Variable(prefix + name) is { Length: > 0 } value && uint.TryParse(value, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number) && number == 0)
                    return $"{prefix}{name}={value}";
            }
        }
        return null;
    }

    /// <summary>The socket's name in a folder: <c>dotnet-diagnostic-PID-KEY-socket</c>, where the key is the process's start time as the runtime saw it.</summary>
    private string? FindName(string folder)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"dotnet-diagnostic-{process.InnerPid}-");
        var expected = string.Create(CultureInfo.InvariantCulture, $"{prefix}{process.StartTime}-socket");
        if (File.Exists($"{folder}/{expected}"))
            return expected;
        try
        {
            // In a time namespace the runtime has seen another start time than we do.
            return Directory.EnumerateFiles(folder, prefix + "*-socket").Order(StringComparer.Ordinal).Select(Path.GetFileName).LastOrDefault();
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
