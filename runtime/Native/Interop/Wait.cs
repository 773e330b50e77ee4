using System.Runtime.InteropServices;

namespace HotpatchBuild.Runtime.Native.Interop;

/// <summary>wait4(2).</summary>
internal static unsafe partial class Wait
{
    internal const int NoHang = 1;

    /// <summary>__WALL: threads as well as processes.</summary>
    internal const int All = 0x40000000;

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static partial int ForPid(int pid, int* status, int options);

    // <bits/waitstatus.h>
    internal static bool Stopped(int status) => (status & 0xff) == 0x7f;

    internal static int StopSignal(int status) => (status >> 8) & 0xff;

    internal static int StopEvent(int status) => (int)((uint)status >> 16);
}
