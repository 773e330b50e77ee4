using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Runtime.Managed.Attaching;

/// <summary>The files that go into a process: they lie in a folder beside the tool.</summary>
/// <param name="folder">That folder.</param>
public sealed class AgentFiles(string folder)
{
    /// <summary>The agent's and the hook's file, relative to the folder.</summary>
    public const string Agent = AgentPlace.AgentAssembly + ".dll", Hook = AgentPlace.HookAssembly + ".dll";

    /// <summary>The profiler's file, relative to the folder.</summary>
    public const string Profiler = AgentPlace.ProfilerFile;

    /// <summary>Beside the running tool.</summary>
    public static AgentFiles BesideTool { get; } = new(Path.Combine(AppContext.BaseDirectory, "agent"));

    /// <summary>The path of one.</summary>
    /// <exception cref="HotpatchException">It is not there.</exception>
    public string PathOf(string file)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path) ? path : throw new HotpatchException(ManagedDiagnostics.NoAgentFiles.With(path));
    }
}
