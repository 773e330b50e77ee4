using System.Runtime.InteropServices;
using HotpatchBuild.Runtime.Native.Interop;

namespace HotpatchBuild.Runtime.Native.Switching;

/// <summary>Holds off the signals with which a user ends this command, so that a switch of several words is not cut in the middle; they take effect behind it.</summary>
/// <remarks>It also has the kernel not send this process a SIGCHLD for each thread that stops (SA_NOCLDSTOP in sigaction(2)): the runtime handles that signal on yet
/// another thread once a program has used Process, which costs as much as the stop itself. A wait is woken all the same (do_notify_parent_cldstop in kernel/signal.c).</remarks>
internal sealed unsafe class SignalShield : IDisposable
{
    private readonly bool quieted;

    private readonly List<PosixSignalRegistration> registrations = [];
    private int pending;

    internal SignalShield()
    {
        foreach ((PosixSignal signal, int number) in (ReadOnlySpan<(PosixSignal, int)>)[(PosixSignal.SIGINT, ProcessSignals.SIGINT), (PosixSignal.SIGTERM, ProcessSignals.SIGTERM), (PosixSignal.SIGHUP, ProcessSignals.SIGHUP)])
        {
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Volatile.Write(ref pending, number);
            }));
        }

        quieted = ChildStops(signalled: false);
    }

    public void Dispose()
    {
        if (quieted)
            _ = ChildStops(signalled: true);
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        // With our registrations gone it does what it does without us.
        if (Volatile.Read(ref pending) is var signal and not 0)
            _ = ProcessSignals.Kill(Environment.ProcessId, signal);
    }

    /// <returns>True when that has changed something.</returns>
    private static bool ChildStops(bool signalled)
    {
        ProcessSignals.Disposition action;
        if (ProcessSignals.Action(ProcessSignals.SIGCHLD, null, &action) != 0 || signalled == ((action.Flags & ProcessSignals.NoChildStops) == 0))
            return false;
        action.Flags ^= ProcessSignals.NoChildStops;
        return ProcessSignals.Action(ProcessSignals.SIGCHLD, &action, null) == 0;
    }
}
