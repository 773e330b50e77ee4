using System.Runtime.InteropServices;

namespace HotpatchBuild.Runtime.Native.Interop;

/// <summary>process_vm_readv(2): reads another process in one call, at the price of one memcpy.</summary>
internal static unsafe partial class ProcessMemory
{
    /// <summary>UIO_MAXIOV of the kernel.</summary>
    internal const int MaxRanges = 1024;

    [LibraryImport("libc", EntryPoint = "process_vm_readv", SetLastError = true)]
    internal static partial nint Read(int pid, Range* local, nuint localCount, Range* remote, nuint remoteCount, nuint flags);

    /// <summary><c>struct iovec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Range
    {
        internal ulong Address;
        internal ulong Length;
    }
}
