using System.Diagnostics;
using System.Runtime.InteropServices;
using HotpatchBuild.Runtime.Native.Interop;

namespace HotpatchBuild.Runtime.Native.Switching;

/// <summary>Bounds the blocking waits of a tracer thread: wait4(2) has no time limit, so a timer interrupts it (EINTR) every few milliseconds.</summary>
/// <remarks>Waiting by polling would either burn the processor that the thread needs in order to stop, or add a timer's granularity to every stop.</remarks>
internal sealed unsafe class WaitAlarm : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(4);
    private static readonly Lock Installing = new();
    private static bool installed;
    private readonly int timer;

    /// <summary>Makes the alarm of the calling thread.</summary>
    internal WaitAlarm()
    {
        lock (Installing)
        {
            if (!installed)
                Install();
            installed = true;
        }

        ProcessSignals.SignalSet set = ProcessSignals.SignalSet.Of(ProcessSignals.Alarm);
        _ = ProcessSignals.Mask(ProcessSignals.SIG_UNBLOCK, &set, null);
        timer = Timers.Create(Scheduling.ThreadId, ProcessSignals.Alarm);
        if (timer < 0)
            throw new InvalidOperationException($"timer_create failed with error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>In <see cref="Stopwatch"/> ticks.</summary>
    internal long Deadline { get; private set; }

    internal bool Expired => Stopwatch.GetTimestamp() >= Deadline;

    internal void Arm(TimeSpan limit)
    {
        Deadline = Stopwatch.GetTimestamp() + (long)(limit.TotalSeconds * Stopwatch.Frequency);
        Timers.Set(timer, limit < Tick ? limit : Tick, Tick);
    }

    internal void Disarm() => Timers.Set(timer, TimeSpan.Zero, TimeSpan.Zero);

    public void Dispose() => Timers.Delete(timer);

    private static void Install()
    {
        // The handler has nothing to do; that it exists and lacks SA_RESTART is what makes wait4 return (signal(7)). It must not be managed code, which may
        // have to wait for a collection; abs takes an int, has no effect, and is in every C library.
        ProcessSignals.Disposition handler = new() { Handler = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "abs") };
        if (ProcessSignals.Action(ProcessSignals.Alarm, &handler, null) != 0)
            throw new InvalidOperationException($"sigaction failed with error {Marshal.GetLastPInvokeError()}.");
    }
}
