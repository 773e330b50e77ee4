using System.Runtime.InteropServices;

namespace HotpatchBuild.Runtime.Native.Interop;

/// <summary>POSIX timers that signal one thread (timer_create(2) with SIGEV_THREAD_ID). By number: older glibc has them in librt.</summary>
internal static unsafe partial class Timers
{
    private const int ClockMonotonic = 1;
    private const int ToThread = 4;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint a, void* b, void* c, void* d);

    /// <summary>Makes a timer that sends a signal to a thread of this process.</summary>
    /// <returns>Its id, or -1.</returns>
    internal static int Create(int tid, int signal)
    {
        Event notification = new() { Signal = signal, Notify = ToThread, Thread = tid };
        int id = -1;
        return SystemCall(222, ClockMonotonic, &notification, &id, null) == 0 ? id : -1;
    }

    /// <summary>Starts a timer that goes off again and again; zero stops it.</summary>
    internal static void Set(int timer, TimeSpan first, TimeSpan again)
    {
        Setting setting = new()
        {
            IntervalSeconds = again.Ticks / TimeSpan.TicksPerSecond,
            IntervalNanoseconds = again.Ticks % TimeSpan.TicksPerSecond * 100,
            Seconds = first.Ticks / TimeSpan.TicksPerSecond,
            Nanoseconds = first.Ticks % TimeSpan.TicksPerSecond * 100,
        };
        _ = SystemCall(223, timer, null, &setting, null);
    }

    internal static void Delete(int timer) => _ = SystemCall(226, timer, null, null, null);

    /// <summary>The kernel's <c>struct sigevent</c>: 64 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Event
    {
        internal nint Value;
        internal int Signal, Notify, Thread;
    }

    /// <summary><c>struct itimerspec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Setting
    {
        internal long IntervalSeconds, IntervalNanoseconds, Seconds, Nanoseconds;
    }
}
