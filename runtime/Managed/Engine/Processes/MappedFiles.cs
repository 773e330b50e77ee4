using System.Globalization;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Runtime.Managed.Processes;

/// <summary>The files that are mapped into a process.</summary>
internal sealed class MappedFiles
{
    private const string RuntimeLibrary = "/libcoreclr.so", SharedRuntime = "/Microsoft.NETCore.App/", Removed = " (deleted)";

    private MappedFiles(IReadOnlyList<string> paths) => Paths = paths;

    /// <summary>Each once, as the process sees them.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>The runtime's library; null where the process does not run on CoreCLR, or has it in its executable.</summary>
    public string? Runtime => Paths.FirstOrDefault(static path => path.EndsWith(RuntimeLibrary, StringComparison.Ordinal));

    /// <summary>The runtime's version, where its path says so: a shared one.</summary>
    public Version? RuntimeVersion
    {
        get
        {
            if (Runtime is not { } path || path.IndexOf(SharedRuntime, StringComparison.Ordinal) is not (>= 0 and var at))
                return null;
            return VersionOf(path[(at + SharedRuntime.Length)..path.LastIndexOf('/')]);
        }
    }

    /// <summary>Our profiler.</summary>
    public string? Profiler => Named(AgentPlace.ProfilerFile);

    /// <summary>Our hook.</summary>
    public string? Hook => Named(AgentPlace.HookAssembly + ".dll");

    /// <summary>Reads them.</summary>
    /// <exception cref="IOException">The process is gone.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    public static MappedFiles Read(int pid) => Of(File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/maps")));

    /// <summary>From the lines of /proc/pid/maps.</summary>
    internal static MappedFiles Of(IEnumerable<string> lines)
    {
        var paths = new List<string>();
        var last = "";
        foreach (var line in lines)
        {
            // Of a file's mappings most stand one behind the other.
            var slash = line.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0 || line.AsSpan(slash).SequenceEqual(last))
                continue;
            last = line[slash..];
            var path = last.EndsWith(Removed, StringComparison.Ordinal) ? last[..^Removed.Length] : last;
            if (!paths.Contains(path))
                paths.Add(path);
        }
        return new MappedFiles(paths);
    }

    /// <summary>A version whatever stands behind its numbers: <c>9.0.0-rc.1</c>, <c>10.0.12+commit</c>.</summary>
    internal static Version? VersionOf(string text)
    {
        var end = text.AsSpan().IndexOfAnyExcept("0123456789.");
        return Version.TryParse(end < 0 ? text : text[..end], out var version) ? version : null;
    }

    private string? Named(string file) => Paths.FirstOrDefault(path => path.EndsWith("/" + file, StringComparison.Ordinal));
}
