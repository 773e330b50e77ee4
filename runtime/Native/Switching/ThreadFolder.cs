using System.Globalization;
using System.Runtime.InteropServices;
using HotpatchBuild.Runtime.Native.Interop;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Runtime.Native.Switching;

/// <summary>/proc/pid/task, read without an allocation on the managed heap.</summary>
internal sealed unsafe class ThreadFolder : IDisposable
{
    private const int BufferSize = 1 << 15;
    private readonly int descriptor;
    private readonly byte* buffer = (byte*)NativeMemory.Alloc(BufferSize);
    private readonly byte* path = (byte*)NativeMemory.Alloc(64);
    private int filled, at;

    internal ThreadFolder(TargetProcess target)
    {
        descriptor = Files.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{target.Pid}/task"), Files.ReadOnly | Files.Directory | Files.CloseOnExec);
    }

    /// <summary>How many threads the process has, zombies that nobody has waited for included; -1 where the kernel doesn't say.</summary>
    /// <remarks>The kernel counts them in the folder's links (proc_task_getattr in fs/proc/base.c): one call instead of reading the folder.</remarks>
    internal long Count => descriptor < 0 ? -1 : Files.Links(descriptor) - 2;

    /// <summary>Goes back to the first thread.</summary>
    /// <returns>False when the process is gone.</returns>
    internal bool Rewind()
    {
        filled = at = 0;
        return descriptor >= 0 && Files.Seek(descriptor, 0, 0) == 0;
    }

    /// <summary>The next thread's id, or 0 at the end.</summary>
    internal int Next()
    {
        while (true)
        {
            if (at >= filled)
            {
                filled = Files.Entries(descriptor, buffer, BufferSize);
                at = 0;
                if (filled <= 0)
                    return 0;
            }

            byte* entry = buffer + at;
            at += *(ushort*)(entry + Files.EntryLength);
            int tid = 0;
            byte* digit = entry + Files.EntryName;
            for (; *digit is >= (byte)'0' and <= (byte)'9'; digit++)
                tid = tid * 10 + (*digit - '0');
            if (tid > 0)
                return tid;
        }
    }

    /// <summary>The state letter of a thread of this machine, or 'X' when there is none.</summary>
    internal char State(int tid)
    {
        // "/proc/<tid>/stat": /proc answers to thread ids, too.
        byte* end = path;
        "/proc/"u8.CopyTo(new Span<byte>(end, 6));
        end += 6;
        if (!System.Buffers.Text.Utf8Formatter.TryFormat(tid, new Span<byte>(end, 12), out int digits))
            return 'X';
        end += digits;
        "/stat\0"u8.CopyTo(new Span<byte>(end, 6));
        int file = Files.Open(path, Files.ReadOnly | Files.CloseOnExec);
        if (file < 0)
            return 'X';
        const int Enough = 512;
        byte* text = stackalloc byte[Enough];
        nint length = Files.Read(file, text, Enough);
        _ = Files.Close(file);
        // "tid (name) S …"; the name may contain brackets.
        int close = length <= 0 ? -1 : new ReadOnlySpan<byte>(text, (int)length).LastIndexOf((byte)')');
        return close < 0 || close + 2 >= length ? 'X' : (char)text[close + 2];
    }

    public void Dispose()
    {
        if (descriptor >= 0)
            _ = Files.Close(descriptor);
        NativeMemory.Free(buffer);
        NativeMemory.Free(path);
    }
}
