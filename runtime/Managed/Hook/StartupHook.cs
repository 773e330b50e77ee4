using System;
using System.IO;
using System.Reflection;
using System.Runtime.Loader;
using HotpatchBuild.Protocol;

/// <summary>What the runtime calls when the tool asks it to (docs/design/features/host-startup-hook.md): starts the agent.</summary>
internal static class StartupHook
{
    private static readonly object Gate = new();
    private static Action? s_start;

    /// <summary>Starts the agent, or makes sure that the one that was started is still listening.</summary>
    public static void Initialize()
    {
        lock (Gate)
        {
            s_start ??= Load();
            s_start();
        }
    }

    /// <summary>
    /// Loads the agent into a context of its own: the program may have assemblies of any name. This assembly is in the program's, so the way over
    /// has to go by name.
    /// </summary>
    private static Action Load()
    {
        var folder = Path.GetDirectoryName(typeof(StartupHook).Assembly.Location)!;
        var agent = new AssemblyLoadContext(AgentPlace.AgentAssembly).LoadFromAssemblyPath(Path.Combine(folder, AgentPlace.AgentAssembly + ".dll"));
        return agent.GetType(AgentPlace.AgentEntryType, throwOnError: true)!
            .GetMethod(AgentPlace.AgentEntryMethod, BindingFlags.Public | BindingFlags.Static)!
            .CreateDelegate<Action>();
    }
}
