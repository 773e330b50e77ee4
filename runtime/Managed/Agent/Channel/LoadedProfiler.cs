using System;
using System.IO;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Channel;

/// <summary>The profiler that is loaded in this process, whoever loaded it: the program's own start, or the tool.</summary>
internal static class LoadedProfiler
{
    private const string Removed = " (deleted)";

    /// <summary>The path that it was loaded by; also where the file has been removed since, because the loader knows it by that name.</summary>
    /// <exception cref="IOException">None is.</exception>
    public static string Find()
    {
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var slash = line.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0)
                continue;
            var path = line[slash..];
            if (path.EndsWith(Removed, StringComparison.Ordinal))
                path = path[..^Removed.Length];
            if (path.EndsWith("/" + AgentPlace.ProfilerFile, StringComparison.Ordinal))
                return path;
        }
        throw new IOException($"{AgentPlace.ProfilerFile} is not loaded in this process");
    }
}
