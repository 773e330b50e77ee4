using System;
using System.IO;
using HotpatchBuild.Agent.Switching;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Channel;

/// <summary>Where the hook calls in.</summary>
public static class AgentEntry
{
    private static readonly object Gate = new();
    private static AgentServer? s_server;

    /// <summary>Starts listening; does nothing while that goes on.</summary>
    /// <exception cref="IOException">The agent's folder or its socket cannot be made. Nothing was started.</exception>
    public static void Start()
    {
        lock (Gate)
        {
            if (s_server is { Listening: true })
                return;
            s_server ??= new AgentServer(OwnFolder(), new AgentRequests(static () => Transitions.Create(LoadedProfiler.Find()), TimeProvider.System));
            s_server.Start();
        }
    }

    private static string OwnFolder()
    {
        var started = AgentPlace.StartTime(File.ReadAllText("/proc/self/stat")) ?? throw new IOException("/proc/self/stat does not say when this process was started");
        return Path.Combine(AgentPlace.TempFolder(File.ReadAllBytes("/proc/self/environ")), AgentPlace.FolderName(Environment.ProcessId, started));
    }
}
