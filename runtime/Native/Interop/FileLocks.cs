using System.Runtime.InteropServices;

namespace HotpatchBuild.Runtime.Native.Interop;

/// <summary>Locks of open files (flock(2)); the kernel lets go of them when the descriptor is closed, also when its owner is killed.</summary>
internal static partial class FileLocks
{
    internal const int Exclusive = 2;
    internal const int DoNotWait = 4;
    internal const int Unlock = 8;

    /// <summary>EWOULDBLOCK: somebody else has the lock.</summary>
    internal const int Held = 11;

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(int descriptor, int operation);
}
