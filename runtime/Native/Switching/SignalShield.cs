using System.Runtime.InteropServices;
using HotpatchBuild.Runtime.Native.Interop;

namespace HotpatchBuild.Runtime.Native.Switching;

/// <summary>Holds off the signals with which a user ends this command, so that a switch of several words is not cut in the middle; they take effect behind it.</summary>
internal sealed class SignalShield : IDisposable
{
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
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        // With our registrations gone it does what it does without us.
        if (Volatile.Read(ref pending) is var signal and not 0)
            _ = ProcessSignals.Kill(Environment.ProcessId, signal);
    }
}
