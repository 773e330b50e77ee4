using System.Globalization;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Interop;

namespace HotpatchBuild.Runtime.Native.Processes;

/// <summary>Finds out why the kernel does not let us into a process: the rules are those of "Ptrace access mode checking" in ptrace(2).</summary>
internal static class AccessProblem
{
    /// <summary>Explains a refused open of the process's memory or a refused PTRACE_SEIZE.</summary>
    internal static Failure Explain(int pid, string name)
    {
        if (ProcessStatus.Read(pid) is not { } status)
            return TargetDiagnostics.NoSuchProcess.With(pid);
        if (status.Zombie)
            return TargetDiagnostics.ProcessExited.With(pid, name);
        if (Debugger(pid, status) is { } debugger)
            return debugger;
        uint ours = ProcessStatus.Read(Environment.ProcessId)?.UserId ?? 0;
        if (ours != 0 && ours != status.UserId)
            return TargetDiagnostics.OtherUser.With(pid, name, status.UserId, ours);
        if (YamaScope() is { } scope && (scope == 3 || ours != 0 && scope != 0))
            return TargetDiagnostics.PtraceScope.With(pid, name, scope, scope switch
            {
                1 => "only a process's parents may trace it",
                2 => "only a process with CAP_SYS_PTRACE may trace",
                3 => "nobody may trace",
                _ => "unknown to this command",
            });
        return TargetDiagnostics.NotPermitted.With(pid, name,
            status.PidNamespaces > 0 ? ", which runs in a container (a pid namespace of its own)"
            : InContainer() ? ": this command runs in a container that lacks the right to trace"
            : ours != 0 ? ": it may have changed its user or made itself undumpable (prctl PR_SET_DUMPABLE)"
            : "");
    }

    /// <summary>The failure that names a process's tracer, or null when it has none but ourselves.</summary>
    internal static Failure? Debugger(int pid, ProcessStatus status) => status.TracerPid == 0 || status.TracerPid == Environment.ProcessId
        ? null
        : TargetDiagnostics.Traced.With(pid, status.Name, status.TracerPid, ProcessStatus.Read(status.TracerPid)?.Name ?? "unknown");

    /// <summary>kernel.yama.ptrace_scope (Documentation/admin-guide/LSM/Yama.rst), or null where that module isn't built in.</summary>
    private static int? YamaScope()
    {
        try
        {
            return int.Parse(File.ReadAllText("/proc/sys/kernel/yama/ptrace_scope").AsSpan().Trim(), CultureInfo.InvariantCulture);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Container runtimes leave one of these.</summary>
    private static bool InContainer() =>
        File.Exists("/.dockerenv") || File.Exists("/run/.containerenv") || Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is not null;
}
