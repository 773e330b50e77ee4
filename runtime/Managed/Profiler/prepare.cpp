// A process asks its own runtime to load this library as its profiler: programs that are built with EmitHotpatch=true call hotpatch_prepare
// before Main (msbuild/Tasks/prepare/HotpatchPrepare.cs). It is native code because it runs in every start of such a program: what managed
// sockets would cost (16 ms, most of it for loading and compiling) is half of an empty program's whole start.
//
// The request is AttachProfiler of the diagnostics protocol (dotnet/diagnostics, documentation/design-docs/ipc-protocol.md).

#ifndef _GNU_SOURCE
#define _GNU_SOURCE // dladdr
#endif
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>


// In glibc 2.34 it moved from libdl to libc and got a second version; the first is in every glibc of x86-64.
#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver dladdr,dladdr@GLIBC_2.2.5");
#endif

// The runtime ignores it (a library has one class), but wants one: {6D4F9D2E-5B1C-4C0E-9A53-2C7E5B0A8F31}
static const uint8_t ClassId[16] = {0x2E, 0x9D, 0x4F, 0x6D, 0x1C, 0x5B, 0x0E, 0x4C, 0x9A, 0x53, 0x2C, 0x7E, 0x5B, 0x0A, 0x8F, 0x31};
static const char Magic[14] = "DOTNET_IPC_V1";
static const char ClientData[] = "prepared";
static const uint32_t AttachTimeoutMilliseconds = 5000;
static const int ReplyTimeoutSeconds = 5;
static const size_t MaximumPath = 4096;

enum { HeaderSize = 20, ProfilerCommands = 3, AttachProfiler = 1 };
enum { NoPath = -1, NoSocket = -2, NoReply = -3 };

// ds-ipc-pal-socket.c of the runtime: TMPDIR, the process, and field 22 (starttime) of /proc/self/stat, see proc(5).
static bool findSocket(sockaddr_un* address)
{
    char stat[1024];
    int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t length = read(file, stat, sizeof stat - 1);
    close(file);
    if (length <= 0)
        return false;
    stat[length] = 0;
    // Field 2 is the program's name, with any characters, in parentheses.
    char* start = strrchr(stat, ')');
    for (int field = 2; start && field < 22; field++)
        start = strchr(start + 1, ' ');
    if (!start)
        return false;
    start++;
    start[strcspn(start, " ")] = 0;

    const char* folder = getenv("TMPDIR");
    if (!folder || !*folder)
        folder = "/tmp/";
    const char* separator = folder[strlen(folder) - 1] == '/' ? "" : "/";
    address->sun_family = AF_UNIX;
    int written = snprintf(address->sun_path, sizeof address->sun_path, "%s%sdotnet-diagnostic-%d-%s-socket", folder, separator, (int)getpid(), start);
    return written > 0 && (size_t)written < sizeof address->sun_path;
}

// UTF-8 to UTF-16; how many units, or 0 where the text is no UTF-8 or does not fit.
static uint32_t widen(const char* text, uint8_t* target)
{
    uint32_t units = 0;
    for (const uint8_t* at = (const uint8_t*)text; *at;)
    {
        uint32_t code = *at++;
        int more = code < 0x80 ? 0 : code >= 0xC0 && code < 0xE0 ? 1 : code >= 0xE0 && code < 0xF0 ? 2 : code >= 0xF0 && code < 0xF8 ? 3 : -1;
        if (more < 0 || units + 3 > MaximumPath)
            return 0;
        code &= more ? 0x3F >> more : 0x7F;
        for (; more; more--)
        {
            if ((*at & 0xC0) != 0x80)
                return 0;
            code = code << 6 | (*at++ & 0x3F);
        }
        uint16_t pair[2] = {(uint16_t)code, 0};
        if (code >= 0x10000)
        {
            pair[0] = (uint16_t)(0xD7C0 + (code >> 10));
            pair[1] = (uint16_t)(0xDC00 + (code & 0x3FF));
        }
        int count = code >= 0x10000 ? 2 : 1;
        memcpy(target + 2 * units, pair, 2 * count);
        units += count;
    }
    uint16_t end = 0;
    memcpy(target + 2 * units, &end, sizeof end);
    return units + 1;
}

static uint8_t* put(uint8_t* at, const void* bytes, size_t count)
{
    memcpy(at, bytes, count);
    return at + count;
}

static size_t writeRequest(uint8_t* message, const char* library)
{
    uint8_t* at = put(message, Magic, sizeof Magic) + 2; // the size comes last
    const uint8_t command[4] = {ProfilerCommands, AttachProfiler, 0, 0};
    at = put(at, command, sizeof command);
    at = put(at, &AttachTimeoutMilliseconds, sizeof AttachTimeoutMilliseconds);
    at = put(at, ClassId, sizeof ClassId);
    uint32_t units = widen(library, at + sizeof units);
    if (!units)
        return 0;
    at = put(at, &units, sizeof units) + 2 * (size_t)units;
    const uint32_t dataSize = sizeof ClientData - 1;
    at = put(at, &dataSize, sizeof dataSize);
    at = put(at, ClientData, dataSize);
    uint16_t size = (uint16_t)(at - message);
    put(message + sizeof Magic, &size, sizeof size);
    return size;
}

// A socket with a timeout is interrupted by every signal, and the runtime uses some (signal(7)).
static ssize_t receive(int socket, uint8_t* target, size_t count)
{
    size_t done = 0;
    for (int tries = 0; done < count && tries < 1000; tries++)
    {
        ssize_t got = recv(socket, target + done, count - done, 0);
        if (got > 0)
            done += (size_t)got;
        else if (got == 0 || errno != EINTR)
            break;
    }
    return (ssize_t)done;
}

// The runtime's reply to the request, 0 for success; or why there was none. The program goes on in any case.
extern "C" __attribute__((visibility("default"))) int32_t hotpatch_prepare()
{
    Dl_info self;
    static uint8_t message[2 * MaximumPath + 64];
    size_t size;
    if (!dladdr((void*)hotpatch_prepare, &self) || !self.dli_fname || !(size = writeRequest(message, self.dli_fname)))
        return NoPath;
    sockaddr_un address = {};
    if (!findSocket(&address))
        return NoSocket;
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0)
        return NoSocket;
    int32_t reply = NoReply;
    const timeval timeout = {ReplyTimeoutSeconds, 0};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    if (connect(connection, (const sockaddr*)&address, sizeof address))
        reply = NoSocket;
    else if (send(connection, message, size, MSG_NOSIGNAL) == (ssize_t)size
             && receive(connection, message, HeaderSize + sizeof reply) == (ssize_t)(HeaderSize + sizeof reply))
        memcpy(&reply, message + HeaderSize, sizeof reply);
    close(connection);
    return reply;
}
