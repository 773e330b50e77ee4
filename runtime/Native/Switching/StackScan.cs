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

    /// <summary>Stacks that are read in one call, and the size up to which they are.</summary>
    private const int BatchSize = 16, OrdinaryStack = 1 << 14;
    private const int MaxHits = 1 << 10;
    private const int BufferSize = BatchSize * OrdinaryStack;

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
    private readonly ProcessMemory.Range* remote = (ProcessMemory.Range*)NativeMemory.Alloc(BatchSize, (nuint)sizeof(ProcessMemory.Range));
    private readonly Tracee** batch = (Tracee**)NativeMemory.Alloc(BatchSize, (nuint)sizeof(Tracee*));
    private readonly Hit* hits;
    private bool fresh;

    /// <param name="target">Whose threads.</param>
    /// <param name="guards">What to look for.</param>
    /// <param name="mappings">The target's mappings.</param>
    /// <param name="alarm">Ends it.</param>
    /// <param name="all">Everything is looked for, and not only whether there is anything.</param>
    internal StackScan(TargetProcess target, GuardIndex guards, MappingSnapshot mappings, WaitAlarm alarm, bool all)
    {
        if (all)
        {
            hits = (Hit*)NativeMemory.AllocZeroed(MaxHits, (nuint)sizeof(Hit));
        }

        this.alarm = alarm;
        // Fresh memory costs a page fault at its first use, which must not be inside the stop.
        NativeMemory.Clear(buffer, BufferSize);
        this.target = target;
        this.guards = guards;
        this.mappings = mappings;
    }

    /// <summary>To be called when the mappings have been read before the stop.</summary>
    internal void Begin()
    {
        fresh = false;
        Hits = 0;
    }

    /// <summary>Everything is looked for.</summary>
    internal bool All => hits != null;

    /// <summary>How many were found, each thread and guard once.</summary>
    internal int Hits { get; private set; }

    /// <summary>One of them.</summary>
    internal (int Tid, int Guard) this[int hit] => (hits[hit].Tid, hits[hit].Guard);

    /// <summary>Notes that a thread is in a guarded range.</summary>
    internal void Note(int tid, int guard)
    {
        for (int i = Hits; i-- > 0 && hits[i].Tid == tid;)
            if (hits[i].Guard == guard)
                return;
        if (Hits < MaxHits)
            hits[Hits++] = new Hit { Tid = tid, Guard = guard };
    }

    /// <summary>Checks all stopped threads. All must be stopped before the first is checked: the runtime of one may alter the stack of another.</summary>
    /// <returns>True when none holds a guarded address, and none was noted.</returns>
    /// <remarks>Ordinary stacks are read many in one call, which halves the cost of the check. What is not ordinary (large, with a signal frame on it, with its thread-local
    /// storage elsewhere) is then looked at by itself.</remarks>
    internal bool Clean(Tracee* threads, int count, ref Obstacle obstacle)
    {
        for (int next = 0; next < count;)
        {
            int size = 0, gathered = 0;
            for (; next < count && gathered < BatchSize; next++)
            {
                Tracee* thread = threads + next;
                if (thread->State != TraceeState.Stopped)
                    continue;
                if (!CleanRegisters(thread, ref obstacle))
                    return false;
                ulong rsp = thread->Registers.Rsp, top = thread->Registers.FsBase;
                bool covered = Covers(thread, rsp, out ulong start, out ulong end);
                ulong from = Math.Max((rsp - RedZone) & ~7UL, start);
                bool ordinary = covered && end - from <= OrdinaryStack && (target.TlsSize == 0 || top == 0 || top - target.TlsSize >= from && top <= end);
                if (!ordinary)
                {
                    // It uses the buffer, but what was gathered has not been read into it yet.
                    if (!Clean(thread, ref obstacle))
                        return false;
                    continue;
                }

                batch[gathered] = thread;
                remote[gathered++] = new ProcessMemory.Range { Address = from, Length = end - from };
                size += (int)(end - from);
            }

            ProcessMemory.Range local = new() { Address = (ulong)buffer, Length = (ulong)size };
            bool read = gathered == 0 || ProcessMemory.Read(target.MemoryTid, &local, 1, remote, (nuint)gathered, 0) == size;
            byte* at = buffer;
            bool alone = !read;
            for (int i = 0; i < gathered && read; i++)
            {
                int todo = 0;
                if (!ScanWords(batch[i], (ulong*)at, (int)(remote[i].Length / sizeof(ulong)), remote[i].Address, Mark(batch[i]), ObstaclePlace.Stack, ref obstacle, ref todo))
                    return false;
                at += remote[i].Length;
                batch[i] = todo == 0 ? null : batch[i];
                alone |= todo != 0;
            }

            for (int i = 0; i < gathered && alone; i++)
                if (batch[i] != null && !Clean(batch[i], ref obstacle))
                    return false;
        }

        return Hits == 0;
    }

    /// <summary>Checks one thread, whatever its stacks look like.</summary>
    private bool Clean(Tracee* thread, ref Obstacle obstacle)
    {
        if (!CleanRegisters(thread, ref obstacle))
            return false;
        ulong mark = Mark(thread);
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
        NativeMemory.Free(hits);
        NativeMemory.Free(pending);
        NativeMemory.Free(scanned);
        NativeMemory.Free(remote);
        NativeMemory.Free(batch);
    }

    private bool ScanRange(Tracee* thread, ulong from, ulong end, ulong mark, ObstaclePlace place, ref Obstacle obstacle, ref int todo)
    {
        while (from < end)
        {
            nint size = (nint)Math.Min(BufferSize, end - from);
            // A stack of gigabytes would keep the target from working; nobody has one.
            if (alarm.Expired || !ReadChunk(from, size))
                return Found(ref obstacle, thread, ObstaclePlace.UnknownStack, -1, from, 0);
            if (!ScanWords(thread, (ulong*)buffer, (int)(size / sizeof(ulong)), from, mark, place, ref obstacle, ref todo))
                return false;
            from += (ulong)size;
        }

        return true;
    }

    private bool ScanWords(Tracee* thread, ulong* words, int count, ulong address, ulong mark, ObstaclePlace place, ref Obstacle obstacle, ref int todo)
    {
        for (int i = guards.Candidate(words, 0, count, mark); i < count; i = guards.Candidate(words, i + 1, count, mark))
        {
            if (guards.Find(words[i]) is var guard and >= 0)
            {
                if (Found(ref obstacle, thread, place, guard, address + (ulong)i * sizeof(ulong), words[i]))
                    continue;
                return false;
            }

            if (words[i] != mark || mark == 0)
                continue;
            ulong saved;
            if (i + SavedRsp >= 0)
                saved = words[i + SavedRsp];
            else if (!Peek(address + (ulong)((i + SavedRsp) * sizeof(ulong)), &saved))
                continue;
            if (todo == MaxStacks)
                return Found(ref obstacle, thread, ObstaclePlace.UnknownStack, -1, saved, 0);
            pending[todo++] = saved;
        }

        return true;
    }

    private bool CleanRegisters(Tracee* thread, ref Obstacle obstacle)
    {
        ulong* general = (ulong*)&thread->Registers;
        for (int i = 0; i < Ptrace.Registers.General; i++)
            if (guards.Find(general[i]) is var guard and >= 0 && !Found(ref obstacle, thread, ObstaclePlace.Register, guard, 0, general[i]))
                return false;
        return true;
    }

    /// <summary>The word of segment selectors in a signal frame of this thread: cs, gs, fs, ss, of which 64-bit code leaves the middle ones 0.</summary>
    private static ulong Mark(Tracee* thread) => thread->Registers.Cs & 0xffff | thread->Registers.Ss << 48;

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

    /// <returns>True to go on looking.</returns>
    private bool Found(ref Obstacle obstacle, Tracee* thread, ObstaclePlace place, int guard, ulong address, ulong value)
    {
        obstacle = new Obstacle { Result = AttemptResult.Busy, Tid = thread->Tid, Place = place, Guard = guard, Address = address, Value = value };
        if (!All || guard < 0)
            return false;
        Note(thread->Tid, guard);
        return true;
    }

    private struct Hit
    {
        internal int Tid;
        internal int Guard;
    }
}
