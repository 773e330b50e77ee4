using System.Runtime.InteropServices;

namespace HotpatchBuild.Runtime.Native.Interop;

/// <summary>Files by descriptor, without the allocations and checks of the framework's own: for /proc inside a stop.</summary>
internal static unsafe partial class Files
{
    internal const int ReadOnly = 0;
    internal const int ReadWrite = 2;
    internal const int CloseOnExec = 0x80000;
    internal const int Directory = 0x10000;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    internal static partial int Open(byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int descriptor, void* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    internal static partial nint ReadAt(int descriptor, void* buffer, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    internal static partial nint WriteAt(int descriptor, void* buffer, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(int descriptor, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    internal static partial int Pipe(int* ends, int flags);

    // fstat and getdents64 have no symbol of a stable name in every libc of the last ten years, so they go by number.
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint descriptor, void* buffer, nint size);

    /// <summary>getdents64(2): fills the buffer with <c>struct linux_dirent64</c>.</summary>
    /// <returns>Bytes filled; 0 at the end; -1 for an error.</returns>
    internal static int Entries(int descriptor, byte* buffer, int size) => (int)SystemCall(217, descriptor, buffer, size);

    /// <summary>The offset of <c>d_reclen</c> and <c>d_name</c> in <c>struct linux_dirent64</c> (include/linux/dirent.h).</summary>
    internal const int EntryLength = 16, EntryName = 19;

    /// <summary>st_nlink of an open file, or -1.</summary>
    internal static long Links(int descriptor)
    {
        // struct stat of x86-64 (arch/x86/include/uapi/asm/stat.h): 144 bytes, st_nlink behind st_dev and st_ino.
        ulong* stat = stackalloc ulong[18];
        return SystemCall(5, descriptor, stat, 0) == 0 ? (long)stat[2] : -1;
    }
}
