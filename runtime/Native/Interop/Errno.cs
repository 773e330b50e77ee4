namespace HotpatchBuild.Runtime.Native.Interop;

/// <summary>Error numbers of Linux on x86-64 (include/uapi/asm-generic/errno-base.h).</summary>
internal static class Errno
{
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int ESRCH = 3;
    internal const int EINTR = 4;
    internal const int EIO = 5;
    internal const int ECHILD = 10;
    internal const int EAGAIN = 11;
    internal const int EACCES = 13;
    internal const int EFAULT = 14;
    internal const int ENOSYS = 38;
}
