using System.Runtime.InteropServices;

namespace HotpatchBuild.Protocol;

/// <summary>Sockets and folders by descriptor (socket(7), unix(7), open(2)); the framework's own sockets would cost the tool and the target an assembly and a thread.</summary>
internal static unsafe partial class SystemCalls
{
    internal const int Unix = 1; // AF_UNIX
    internal const int StreamSocket = 1 | 0x80000; // SOCK_STREAM | SOCK_CLOEXEC
    internal const int SocketLevel = 1, PeerCredentials = 17, SendTimeout = 21; // SOL_SOCKET, SO_PEERCRED, SO_SNDTIMEO
    internal const int NoSignal = 0x4000, DontWait = 0x40; // MSG_NOSIGNAL, MSG_DONTWAIT
    internal const short Readable = 1, Writable = 4; // POLLIN, POLLOUT
    internal const int NoLink = 0x20000; // O_NOFOLLOW
    internal const int Folder = 0x200000 | 0x10000 | NoLink | 0x80000; // O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

    internal const int EmptyPath = 0x1000; // AT_EMPTY_PATH

    internal const int ENOENT = 2, EINTR = 4, EAGAIN = 11, EEXIST = 17, ECONNREFUSED = 111, ECONNABORTED = 103;
    internal const int CloseOnExec = 0x80000; // SOCK_CLOEXEC

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    internal static partial int Connect(int socket, SocketName* name, int size);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(int socket, SocketName* name, int size);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    internal static partial int Listen(int socket, int backlog);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    internal static partial int Accept(int socket, void* name, void* size, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    internal static partial nint Receive(int socket, byte* buffer, nuint size, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    internal static partial nint Send(int socket, byte* buffer, nuint size, int flags);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    internal static partial int GetOption(int socket, int level, int option, void* value, int* size);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetOption(int socket, int level, int option, void* value, int size);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakeFolder(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeOwner(int folder, string path, uint user, uint group, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int ChangeMode(int descriptor, uint mode);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    // fstat has no symbol of a stable name in every libc of the last ten years, so it goes by number.
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint descriptor, void* buffer);

    /// <summary>st_mode and st_uid of an open file.</summary>
    /// <returns>False where the kernel refuses.</returns>
    internal static bool Describe(int descriptor, out uint mode, out uint user)
    {
        // struct stat of x86-64 (arch/x86/include/uapi/asm/stat.h): 144 bytes, st_mode and st_uid behind st_dev, st_ino and st_nlink.
        uint* stat = stackalloc uint[36];
        var done = SystemCall(5, descriptor, stat) == 0;
        (mode, user) = (stat[6], stat[7]);
        return done;
    }

    /// <summary>True when a file system is mounted so that no file in it can be executed.</summary>
    internal static bool ForbidsExecution(int descriptor)
    {
        // fstatfs; struct statfs of x86-64 (include/uapi/asm-generic/statfs.h): 15 words, f_flags is the eleventh; ST_NOEXEC is 8.
        ulong* status = stackalloc ulong[16];
        return SystemCall(138, descriptor, status) == 0 && (status[10] & 8) != 0;
    }

    /// <summary><c>struct sockaddr_un</c>.</summary>
    internal struct SocketName
    {
        /// <summary>Bytes of a path, its terminating zero included.</summary>
        internal const int PathSize = 108;

        internal ushort Family;
        internal fixed byte Path[PathSize];
    }

    /// <summary><c>struct pollfd</c>.</summary>
    internal struct PollEntry
    {
        internal int Descriptor;
        internal short Wanted, Found;
    }

    /// <summary><c>struct ucred</c>.</summary>
    internal struct Credentials
    {
        internal int Process;
        internal uint User, Group;
    }

    /// <summary><c>struct timeval</c>.</summary>
    internal struct TimeValue
    {
        internal long Seconds, Microseconds;
    }
}
