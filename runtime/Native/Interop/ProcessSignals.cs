using System.Runtime.InteropServices;

namespace HotpatchBuild.Runtime.Native.Interop;

/// <summary>Signals: sending them, and the dispositions and masks of this process.</summary>
internal static unsafe partial class ProcessSignals
{
    internal const int SIGHUP = 1;
    internal const int SIGINT = 2;
    internal const int SIGTRAP = 5;
    internal const int SIGKILL = 9;
    internal const int SIGTERM = 15;
    internal const int SIGCHLD = 17;

    /// <summary>SA_NOCLDSTOP.</summary>
    internal const int NoChildStops = 1;

    /// <summary>The last real-time signal but one: nothing in .NET, glibc or the usual sanitizers uses it.</summary>
    internal const int Alarm = 63;

    internal const int SIG_UNBLOCK = 1;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "sigaction", SetLastError = true)]
    internal static partial int Action(int signal, Disposition* now, Disposition* before);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    internal static partial int Mask(int how, SignalSet* set, SignalSet* before);

    /// <summary>glibc's <c>sigset_t</c>.</summary>
    internal struct SignalSet
    {
        private fixed ulong bits[16];

        internal static SignalSet Of(int signal)
        {
            SignalSet set = default;
            set.bits[(signal - 1) / 64] = 1UL << ((signal - 1) % 64);
            return set;
        }
    }

    /// <summary>glibc's <c>struct sigaction</c> on x86-64.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Disposition
    {
        internal nint Handler;
        internal SignalSet Mask;
        internal int Flags;
        internal nint Restorer;
    }
}
