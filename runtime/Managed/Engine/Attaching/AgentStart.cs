using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Protocol;
using HotpatchBuild.Runtime.Managed.Diagnostics;
using HotpatchBuild.Runtime.Managed.Processes;

namespace HotpatchBuild.Runtime.Managed.Attaching;

/// <summary>Brings the agent into a process that has none: the profiler first, where it is not there from the start, then the hook, which starts the agent.</summary>
/// <param name="process">The process.</param>
/// <param name="files">The tool's files.</param>
internal sealed class AgentStart(ManagedProcess process, AgentFiles files)
{
    private const int OldestRuntime = 8;

    // CORPROF_E_PROFILER_ALREADY_ACTIVE, CORPROF_E_NOT_YET_AVAILABLE, CORPROF_E_RUNTIME_UNINITIALIZED, DS_IPC_E_UNKNOWN_COMMAND (corerror.h, ds-types.h of the runtime).
    private const int AlreadyActive = unchecked((int)0x8013136A), NotYet = unchecked((int)0x8013135B), Uninitialized = unchecked((int)0x80131371),
        UnknownCommand = unchecked((int)0x80131385);

    /// <summary>How long a runtime that is still starting is waited for.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10), StartPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Our profiler takes every class id; this one is what it is called by.</summary>
    private static readonly Guid ProfilerClass = new("6e9e5b0c-6a33-4d0f-9c8e-2a1f1c7d4b58");

    /// <summary>Does it.</summary>
    /// <exception cref="HotpatchException">The process or its runtime does not let us; it goes on as it was.</exception>
    public void Run()
    {
        process.EnsureNotTraced();
        var port = new DiagnosticsPort(process);
        var runtime = new RuntimeCommands(port.Connect);
        CheckRuntime(runtime);

        var mapped = process.Mapped();
        var delivery = new Delivery(process, files);
        List<string> needed = mapped.Profiler is null ? [AgentFiles.Profiler] : [];
        if (mapped.Hook is null)
            needed.AddRange([AgentFiles.Agent, AgentFiles.Hook]);
        var folder = delivery.Deliver(needed);
        // Where no other profiler is to be seen, it is ours, and another tool was faster; if not, the agent will say so.
        if (mapped.Profiler is null && !TryAttach(runtime, delivery.ProfilerPath(folder)) && new OtherProfilers(process).Find() is { } other)
            throw new HotpatchException(ManagedDiagnostics.OtherProfiler.With(process.Label, other));
        Hook(runtime, mapped.Hook ?? $"{folder}/{AgentFiles.Hook}");
    }

    /// <summary>Has the runtime take the profiler, where its file is loaded and nothing more.</summary>
    /// <exception cref="HotpatchException">The runtime refuses.</exception>
    public void Attach()
    {
        var profiler = process.Mapped().Profiler ?? throw new HotpatchException(ManagedDiagnostics.Garbled.With(process.Label, "an agent without a profiler"));
        if (!TryAttach(new RuntimeCommands(new DiagnosticsPort(process).Connect), profiler))
            throw new HotpatchException(ManagedDiagnostics.OtherProfiler.With(process.Label, new OtherProfilers(process).Name()));
    }

    private void CheckRuntime(RuntimeCommands runtime)
    {
        // A shared runtime's path says it without asking; one that is too old may not know the question.
        var known = process.Mapped().RuntimeVersion;
        if (known is { Major: < OldestRuntime })
            throw new HotpatchException(ManagedDiagnostics.OldRuntime.With(process.Label, known));
        CheckRuntime(process, Failures.Guard(process, "say what its runtime is", runtime.Info));
    }

    /// <summary>Refuses runtimes that cannot take an agent.</summary>
    /// <exception cref="HotpatchException">This one cannot.</exception>
    internal static void CheckRuntime(ManagedProcess process, RuntimeInfo info)
    {
        if (MappedFiles.VersionOf(info.Version) is { Major: < OldestRuntime } old)
            throw new HotpatchException(ManagedDiagnostics.OldRuntime.With(process.Label, old));
        if (info.Architecture is not ("x64" or "x86_64" or "amd64"))
            throw new HotpatchException(ManagedDiagnostics.WrongArchitecture.With(process.Label, info.Architecture));
    }

    /// <returns>False when the runtime has a profiler already.</returns>
    private bool TryAttach(RuntimeCommands runtime, string profiler)
    {
        try
        {
            Command("load the profiler", () => runtime.AttachProfiler(ProfilerClass, profiler));
            return true;
        }
        catch (RuntimeRefusalException refusal) when (refusal.Result == AlreadyActive)
        {
            return false;
        }
        catch (RuntimeRefusalException refusal)
        {
            throw new HotpatchException(ManagedDiagnostics.RuntimeRefused.With(process.Label, $"load the profiler {profiler}", refusal.Result), refusal);
        }
    }

    private void Hook(RuntimeCommands runtime, string hook)
    {
        try
        {
            Command("start the agent", () => runtime.ApplyStartupHook(hook));
        }
        catch (RuntimeRefusalException refusal)
        {
            throw new HotpatchException(
                refusal.Result == UnknownCommand
                    ? ManagedDiagnostics.OldRuntime.With(process.Label, process.Mapped().RuntimeVersion?.ToString() ?? "of before 8.0")
                    : ManagedDiagnostics.RuntimeRefused.With(process.Label, $"start the agent {hook}", refusal.Result), refusal);
        }
    }

    /// <summary>Gives a command, again while the runtime says that it is too early.</summary>
    private void Command(string what, Action command)
    {
        var patience = new Deadline(StartPatience);
        while (true)
        {
            try
            {
                Failures.Guard(process, what, () =>
                {
                    command();
                    return true;
                });
                return;
            }
            catch (RuntimeRefusalException e) when (e.Result is NotYet or Uninitialized && patience.Left > 0)
            {
                Thread.Sleep(StartPause);
            }
        }
    }
}
