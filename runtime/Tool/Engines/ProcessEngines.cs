using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Managed.Processes;
using HotpatchBuild.Runtime.Native.Engine;

namespace HotpatchBuild.Tool.Engines;

/// <summary>Which engine a process is for.</summary>
internal static class ProcessEngines
{
    /// <summary>Opens a process.</summary>
    /// <param name="pid">Its id.</param>
    /// <param name="options">Who works on it.</param>
    /// <exception cref="HotpatchException">There is no such process, no permission, or no engine for it.</exception>
    public static IProcessEngine Open(int pid, EngineOptions options) => pid > 0 && pid != Environment.ProcessId && Recognition.RunsOnCoreClr(pid)
        ? new ManagedProcessEngine(ManagedProcess.Open(pid), options)
        : NativeProcessEngine.Open(pid, options);
}
