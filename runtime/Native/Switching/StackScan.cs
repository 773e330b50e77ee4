using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HotpatchBuild.Runtime.Native.Interop;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Runtime.Native.Switching;

/// <summary>Looks for guarded addresses in all that a stopped thread may still return through: a return address, or the instruction pointer that a signal frame
/// has saved. Conservative: any word counts, whatever it is.</summary>
/// <remarks>
/// What is read of each thread:
/// <list type="bullet">
/// <item>the general registers: between a hardware fault's signal handler and the runtime's throw helper the faulting address is in a register only;</item>
/// <item>the stack from 128 bytes below its pointer (the red zone, System V ABI 3.2.2) to the end of the mapping;</item>
/// <item>where a signal handler runs on an alternate stack (sigaltstack(2)), the stack it interrupted. The kernel saves the interrupted stack pointer in the
/// signal's frame (struct rt_sigframe, arch/x86/include/asm/sigframe.h), and that frame is on the alternate stack between the handler's stack pointer and the alternate stack's
/// end, so the scan of the alternate stack passes it. A frame is recognised by its word of segment selectors, which equals the thread's own;
/// whatever looks like one is followed, which can only find more;</item>
/// <item>the executable's thread-local storage below the FS base. NativeAOT interrupts a thread by replacing a return address on its stack and keeps the
/// original in the thread's own Thread object (Thread::HijackReturnAddress in nativeaot/Runtime/thread.cpp), which is thread-local. glibc puts it at the top of
/// the stack's mapping for all threads but the first; for the first it is elsewhere and is read by itself.</item>
/// </list>
/// </remarks>
internal sealed unsafe class StackScan : IDisposable
{
    private const int RedZone = 128;
    private const int BufferSize = 1 << 18;

    /// <summary>Stacks of one thread: its own, alternate ones, and what looked like one. More is not believable and counts as unreadable.</summary>
    private const int MaxStacks = 64;

    // In struct sigcontext (arch/x86/include/uapi/asm/sigcontext.h) rsp, rip and eflags stand in front of the selectors cs, gs, fs, ss.
    private const int SavedRsp = -3;
    private readonly TargetProcess target;
    private readonly GuardIndex guards;
    private readonly MappingSnapshot mappings;
    private readonly WaitAlarm alarm;
    private readonly byte* buffer = (byte*)NativeMemory.AlignedAlloc(BufferSize, 64);
    private readonly ulong* pending = (ulong*)NativeMemory.Alloc(MaxStacks, sizeof(ulong));
    private readonly MappingSnapshot.Region* scanned = (MappingSnapshot.Region*)NativeMemory.Alloc(MaxStacks, (nuint)sizeof(MappingSnapshot.Region));
    private bool fresh;

    internal StackScan(TargetProcess target, GuardIndex guards, MappingSnapshot mappings, WaitAlarm alarm)
    {
        this.alarm = alarm;
        this.target = target;
        this.guards = guards;
        this.mappings = mappings;
    }

    /// <summary>To be called when the mappings have been read before the stop.</summary>
    internal void Begin() => fresh = false;

    /// <summary>Checks one stopped thread, all others being stopped too: the runtime of one may alter the stack of another.</summary>
    /// <returns>True when it holds no guarded address.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool Clean(Tracee* thread, ref Obstacle obstacle)
    {
        ulong* general = (ulong*)&thread->Registers;
        for (int i = 0; i < Ptrace.Registers.General; i++)
            if (guards.Find(general[i]) is var guard and >= 0)
                return Found(ref obstacle, thread, ObstaclePlace.Register, guard, 0, general[i]);

        ulong mark = thread->Registers.Cs & 0xffff | thread->Registers.Ss << 48;
        int todo = 0, done = 0;
        pending[todo++] = thread->Registers.Rsp;
        while (todo > 0)
        {
            ulong rsp = pending[--todo];
            ulong from = (rsp - RedZone) & ~7UL;
            if (!Covers(thread, rsp, out ulong start, out ulong end))
            {
                // What only looked like a frame leads nowhere; the thread's own stack pointer must lead somewhere.
                if (rsp != thread->Registers.Rsp)
                    continue;
                return Found(ref obstacle, thread, ObstaclePlace.UnknownStack, -1, rsp, 0);
            }

            from = Math.Max(from, start);
            // Whatever was scanned of a mapping was scanned to its end, so what is left is in front of it.
            ulong limit = end;
            for (int i = 0; i < done; i++)
                if (scanned[i].End == end)
                    limit = Math.Min(limit, scanned[i].Start);
            if (from >= limit)
                continue;
            if (done == MaxStacks)
                return Found(ref obstacle, thread, ObstaclePlace.UnknownStack, -1, rsp, 0);
            scanned[done].Start = from;
            scanned[done++].End = end;
            if (!ScanRange(thread, from, limit, mark, ObstaclePlace.Stack, ref obstacle, ref todo))
                return false;
        }

        ulong top = thread->Registers.FsBase, bottom = top - target.TlsSize;
        if (top == 0 || target.TlsSize == 0)
            return true;
        for (int i = 0; i < done; i++)
            if (bottom >= scanned[i].Start && top <= scanned[i].End)
                return true;
        return ScanRange(thread, bottom & ~7UL, top, mark: 0, ObstaclePlace.ThreadLocal, ref obstacle, ref todo);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(buffer);
        NativeMemory.Free(pending);
        NativeMemory.Free(scanned);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool ScanRange(Tracee* thread, ulong from, ulong end, ulong mark, ObstaclePlace place, ref Obstacle obstacle, ref int todo)
    {
        while (from < end)
        {
            nint size = (nint)Math.Min(BufferSize, end - from);
            // A stack of gigabytes would keep the target from working; nobody has one.
            if (alarm.Expired || !ReadChunk(from, size))
                return Found(ref obstacle, thread, ObstaclePlace.UnknownStack, -1, from, 0);
            ulong* words = (ulong*)buffer;
            int count = (int)(size / sizeof(ulong));
            for (int i = guards.Candidate(words, 0, count, mark); i < count; i = guards.Candidate(words, i + 1, count, mark))
            {
                if (guards.Find(words[i]) is var guard and >= 0)
                    return Found(ref obstacle, thread, place, guard, from + (ulong)i * sizeof(ulong), words[i]);
                if (words[i] != mark || mark == 0)
                    continue;
                ulong saved;
                if (i + SavedRsp >= 0)
                    saved = words[i + SavedRsp];
                else if (!Peek(from + (ulong)i * sizeof(ulong) - 24, &saved))
                    continue;
                if (todo == MaxStacks)
                    return Found(ref obstacle, thread, ObstaclePlace.UnknownStack, -1, saved, 0);
                pending[todo++] = saved;
            }

            from += (ulong)size;
        }

        return true;
    }

    /// <summary>Finds the mapping of a stack pointer. The mappings were read before the stop, which saves their reading inside it; that is enough where nothing
    /// can have moved that matters: the first thread's stack ends for ever at the same address, and of another thread's stack all is known when the mapping reaches
    /// from the stack pointer over the thread's control block, which glibc and musl put on top (allocate_stack, __pthread_create). Else they are read again.</summary>
    private bool Covers(Tracee* thread, ulong rsp, out ulong start, out ulong end)
    {
        while (true)
        {
            MappingSnapshot.Region* region = mappings.Find(rsp);
            if (region != null && region->Readable && (fresh || region->MainStack || rsp < thread->Registers.FsBase && thread->Registers.FsBase < region->End))
            {
                start = region->Start;
                end = region->End;
                return true;
            }

            if (fresh)
            {
                start = end = 0;
                return false;
            }

            fresh = mappings.Refresh();
            if (!fresh)
            {
                start = end = 0;
                return false;
            }
        }
    }

    private bool ReadChunk(ulong from, nint size)
    {
        for (nint done = 0; done < size;)
        {
            ProcessMemory.Range local = new() { Address = (ulong)(buffer + done), Length = (ulong)(size - done) };
            ProcessMemory.Range remote = new() { Address = from + (ulong)done, Length = (ulong)(size - done) };
            nint got = ProcessMemory.Read(target.MemoryTid, &local, 1, &remote, 1, 0);
            if (got <= 0)
            {
                // Not in every container's seccomp profile: /proc/pid/mem does the same, slower.
                got = Files.ReadAt(target.MemoryDescriptor, buffer + done, size - done, (long)from + done);
                if (got <= 0)
                    return false;
            }

            done += got;
        }

        return true;
    }

    private bool Peek(ulong address, ulong* word) => Files.ReadAt(target.MemoryDescriptor, word, sizeof(ulong), (long)address) == sizeof(ulong);

    private static bool Found(ref Obstacle obstacle, Tracee* thread, ObstaclePlace place, int guard, ulong address, ulong value)
    {
        obstacle = new Obstacle { Result = AttemptResult.Busy, Tid = thread->Tid, Place = place, Guard = guard, Address = address, Value = value };
        return false;
    }
}
