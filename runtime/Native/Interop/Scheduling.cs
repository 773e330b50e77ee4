using System.Runtime.InteropServices;

namespace HotpatchBuild.Runtime.Native.Interop;

/// <summary>Priority of the calling thread, its id, and waiting.</summary>
internal static unsafe partial class Scheduling
{
    private const int Fifo = 1;
    private const int Process = 0;

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int tid, int policy, int* priority);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, int id, int nice);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(void* descriptors, nuint count, int milliseconds);

    /// <summary>gettid(2).</summary>
    internal static int ThreadId => (int)SystemCall(186);

    /// <summary>Puts the calling thread, for the rest of its life, before everything with an ordinary priority.</summary>
    /// <returns>True when it cannot be preempted by the threads it wakes.</returns>
    internal static bool Urgent()
    {
        // Priority 1, the lowest of SCHED_FIFO, is above every ordinary thread and below whatever real-time work the machine has.
        int priority = 1;
        if (SetScheduler(0, Fifo, &priority) == 0)
            return true;
        // Without CAP_SYS_NICE both are refused, and the stop merely takes longer on a busy machine.
        _ = SetPriority(Process, 0, -20);
        return false;
    }

    /// <summary>Gives up the processor for a while; a signal may end it early.</summary>
    internal static void Pause(TimeSpan time) => _ = Poll(null, 0, Math.Max(1, (int)time.TotalMilliseconds));
}
