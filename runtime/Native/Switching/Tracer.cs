using System.Diagnostics;
using System.Runtime.InteropServices;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Runtime.Native.Interop;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Runtime.Native.Switching;

/// <summary>Stops all threads of a target, checks them, stores the words, lets them run. Belongs to one operating system thread, which ends behind it.</summary>
/// <remarks>
/// <para>The target never stays stopped, whatever happens to this process: "If the tracer dies, all tracees are automatically detached and restarted, unless
/// they were in group-stop" (ptrace(2), "Death under ptrace"; exit_ptrace in kernel/ptrace.c, which runs when the tracing <em>thread</em> ends), and PTRACE_O_EXITKILL is not
/// set. What that doesn't restore is the trap flag of a thread that was being single-stepped, so it is cleared as soon as the steps are done.</para>
/// <para>No membarrier(2) follows the stores. It orders the threads of its caller's own address space, so a tracer can't issue it for the target; and nothing
/// needs it: every thread has been off its processor in the kernel (ptrace_stop), so no instruction of the target was fetched before the store and executed behind
/// it, which is the hazard of cross-modifying code (Intel SDM vol. 3, 9.1.3). It comes back through a context switch and a return to user mode.</para>
/// <para>From the first interrupt to the last detach nothing is allocated on the managed heap, so that no collection can begin on this thread.</para>
/// </remarks>
internal sealed unsafe class Tracer : IDisposable
{
    /// <summary>Steps out of a short range: a patch point's window holds four instructions at most behind its first byte.</summary>
    private const int MaxSteps = 64;

    /// <summary>Up to so many words one call each is as fast as one call for all.</summary>
    private const int FewWords = 4;
    private readonly TargetProcess target;
    private readonly SwitchPlan plan;
    private readonly GuardIndex guards;
    private readonly WaitAlarm alarm = new();
    private readonly ThreadFolder folder;
    private readonly MappingSnapshot mappings;
    private readonly StackScan scan;
    private readonly TimeSpan stepLimit;
    private readonly bool urgent;
    private Tracee* threads;
    private int capacity, count;
    private ulong* found;
    private ProcessMemory.Range* ranges;

    /// <param name="target">Whom to stop.</param>
    /// <param name="plan">What to do then.</param>
    /// <param name="guards">The plan's guards.</param>
    /// <param name="stepLimit">How long one single step may take.</param>
    internal Tracer(TargetProcess target, SwitchPlan plan, GuardIndex guards, TimeSpan stepLimit)
    {
        this.target = target;
        this.plan = plan;
        this.guards = guards;
        this.stepLimit = stepLimit;
        folder = new ThreadFolder(target);
        mappings = new MappingSnapshot(target);
        scan = new StackScan(target, guards, mappings, alarm, plan.Active != ActiveCodePolicy.Finish);
        found = (ulong*)NativeMemory.Alloc((nuint)plan.Stores.Length + 1, sizeof(ulong));
        ranges = (ProcessMemory.Range*)NativeMemory.Alloc((nuint)plan.Stores.Length + 1, (nuint)sizeof(ProcessMemory.Range));
        EnsureRoom(Math.Max(64, 2 * (int)Math.Min(folder.Count, 1 << 20)));
        urgent = Scheduling.Urgent();
    }

    /// <summary>Threads stopped by the last attempt.</summary>
    internal int Stopped { get; private set; }

    /// <summary>From the first interrupt to the last detach of the last attempt, in <see cref="Stopwatch"/> ticks.</summary>
    internal long StopTicks { get; private set; }

    internal int SteppedOut { get; private set; }

    internal int SignalsPassedOn { get; private set; }

    /// <summary>A thread has not stopped: only the end of this operating system thread lets go of it.</summary>
    internal bool LeftOver { get; private set; }

    /// <summary>Bytes allocated on the managed heap inside all stops; for the tests.</summary>
    internal long Allocated { get; private set; }

    /// <summary>What the last attempt met, where everything was looked for: threads and indices of guards.</summary>
    internal IEnumerable<(int Tid, int Guard)> Met => Enumerable.Range(0, scan.Hits).Select(i => scan[i]);

    /// <summary>Single-steps also a thread that waits in a system call, so that a rehearsal passes that code.</summary>
    internal bool StepAnywhere { get; init; }

    /// <summary>A thread in a guarded range is stepped out of it. It would take too long where the ranges are whole functions.</summary>
    internal bool MayStep { get; init; } = true;

    /// <summary>One attempt.</summary>
    /// <param name="limit">How long a thread may take to stop.</param>
    /// <param name="obstacle">How it ended.</param>
    internal void Attempt(TimeSpan limit, out Obstacle obstacle)
    {
        obstacle = default;
        count = 0;
        Stopped = 0;
        StopTicks = 0;
        if (!guards.Empty)
        {
            if (!mappings.Refresh())
            {
                obstacle.Result = AttemptResult.Exited;
                return;
            }

            scan.Begin();
        }

        // Seizing stops nobody, so it is done before the clock runs (PTRACE_SEIZE in ptrace(2)).
        if (!Seize(interrupt: false, ref obstacle, out _))
        {
            // Nothing was stopped, and a running thread can't be detached: the end of this thread lets go of them.
            LeftOver = count > 0;
            return;
        }

        alarm.Arm(limit);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
            // ESRCH: it is ending; the wait tells.
            _ = Ptrace.Request(Ptrace.Interrupt, threads[i].Tid, 0, 0);
        if (StopAll(ref obstacle) && Check(ref obstacle) && Verify(ref obstacle) && Store(ref obstacle))
            obstacle.Result = AttemptResult.Done;
        Resume();
        StopTicks = Stopwatch.GetTimestamp() - begin;
        Allocated += GC.GetAllocatedBytesForCurrentThread() - allocated;
        alarm.Disarm();
    }

    /// <summary>Makes room for as many threads as there are, twice over.</summary>
    internal void EnsureRoom() => EnsureRoom(2 * Math.Max(capacity, (int)Math.Min(folder.Count, 1 << 20)));

    public void Dispose()
    {
        scan.Dispose();
        mappings.Dispose();
        folder.Dispose();
        alarm.Dispose();
        NativeMemory.Free(threads);
        NativeMemory.Free(found);
        NativeMemory.Free(ranges);
        threads = null;
        found = null;
        ranges = null;
    }

    private void EnsureRoom(int wanted)
    {
        if (wanted <= capacity)
            return;
        threads = (Tracee*)NativeMemory.Realloc(threads, (nuint)wanted * (nuint)sizeof(Tracee));
        // Touched now and not inside the stop.
        NativeMemory.Clear(threads, (nuint)wanted * (nuint)sizeof(Tracee));
        capacity = wanted;
        count = 0;
    }

    /// <summary>Seizes every thread that isn't ours yet.</summary>
    private bool Seize(bool interrupt, ref Obstacle obstacle, out int added)
    {
        added = 0;
        int known = 0;
        if (!folder.Rewind())
        {
            obstacle.Result = AttemptResult.Exited;
            return false;
        }

        for (int tid; (tid = folder.Next()) != 0;)
        {
            // The folder lists the threads in the order of their creation, in which we have them too: the search is one step as long as none ends.
            if (Known(tid, ref known))
                continue;
            if (count == capacity)
            {
                obstacle.Result = AttemptResult.NoRoom;
                return false;
            }

            if (Ptrace.Request(Ptrace.Seize, tid, 0, 0) < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                char state = folder.State(tid);
                // A thread that has ended is refused with EPERM as long as it is a zombie (ptrace_attach), and with ESRCH afterwards.
                if (state is 'Z' or 'X' || error == Errno.ESRCH)
                {
                    if (state == 'Z')
                        threads[count++] = new Tracee { Tid = tid, State = TraceeState.Zombie };
                    continue;
                }

                obstacle = new Obstacle { Result = AttemptResult.Refused, Tid = tid };
                return false;
            }

            threads[count++] = new Tracee { Tid = tid, State = TraceeState.Seized };
            added++;
            if (interrupt)
                _ = Ptrace.Request(Ptrace.Interrupt, tid, 0, 0);
        }

        if (count > 0)
            return true;
        obstacle.Result = AttemptResult.Exited;
        return false;
    }

    private bool Known(int tid, ref int hint)
    {
        if (hint < count && threads[hint].Tid == tid)
        {
            hint++;
            return true;
        }

        for (int i = 0; i < count; i++)
        {
            if (threads[i].Tid != tid || threads[i].State == TraceeState.Gone)
                continue;
            hint = i + 1;
            return true;
        }

        return false;
    }

    /// <summary>Waits until every thread stands, those too that were made meanwhile.</summary>
    private bool StopAll(ref Obstacle obstacle)
    {
        int waited = 0, clean = 0;
        while (true)
        {
            int alive = 0, stopped = 0;
            for (; waited < count; waited++)
                if (threads[waited].State == TraceeState.Seized && !AwaitStop(threads + waited, ref obstacle))
                    return false;
            for (int i = 0; i < count; i++)
            {
                alive += threads[i].State == TraceeState.Gone ? 0 : 1;
                stopped += threads[i].State == TraceeState.Stopped ? 1 : 0;
            }

            Stopped = stopped;
            // All that we know of stand still, so the number only changes by threads that we don't know of. Where the kernel doesn't count them, the
            // folder is read until it has shown nothing new twice: one reading may pass over a thread while another one ends.
            if (folder.Count == alive && stopped > 0)
                return true;
            if (!Seize(interrupt: true, ref obstacle, out int added))
                return false;
            clean = added == 0 ? clean + 1 : 0;
            if (clean == 2 && stopped > 0)
                return true;
            if (clean > 2 || alarm.Expired)
            {
                obstacle = new Obstacle { Result = stopped == 0 ? AttemptResult.Exited : AttemptResult.NotStopped, Tid = threads[0].Tid };
                return false;
            }
        }
    }

    /// <summary>Waits for one thread's next stop.</summary>
    /// <returns>False when time is over; a thread that ended is marked as such.</returns>
    private bool AwaitStop(Tracee* thread, ref Obstacle obstacle)
    {
        while (true)
        {
            int status;
            int waited = Wait.ForPid(thread->Tid, &status, Wait.All);
            if (waited == thread->Tid)
            {
                if (!Wait.Stopped(status))
                {
                    thread->State = TraceeState.Gone;
                    return true;
                }

                // Three kinds of stops come here (ptrace(2), "Stopped states"): the one we asked for, a group-stop (the target was stopped by a job control
                // signal; detaching puts it back into that state), both marked as PTRACE_EVENT_STOP; and the stop in front of a signal's delivery. In each the thread executes nothing until it is resumed.
                thread->State = TraceeState.Stopped;
                thread->HeldSignal = Wait.StopEvent(status) == 0 ? Wait.StopSignal(status) : 0;
                if (Ptrace.Request(Ptrace.GetRegs, thread->Tid, 0, &thread->Registers) == 0)
                    return true;
                // ESRCH from a stopped thread: SIGKILL has woken it, and its end comes next.
                thread->State = TraceeState.Seized;
                continue;
            }

            if (waited < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                // ECHILD: its id has gone, as that of a thread does which runs another program (execve in ptrace(2)).
                thread->State = TraceeState.Gone;
                return true;
            }

            switch (folder.State(thread->Tid))
            {
                // A leader that ends is not reported before its last thread has ended (delay_group_leader in kernel/exit.c).
                case 'Z' or 'X':
                    thread->State = TraceeState.Zombie;
                    return true;
                case 't' when StopTakenByAnother(thread):
                    return true;
                default:
                    break;
            }

            if (alarm.Expired)
            {
                obstacle = new Obstacle { Result = AttemptResult.NotStopped, Tid = thread->Tid };
                return false;
            }
        }
    }

    /// <summary>Learns about a stop whose report another thread of this process has taken. A target that is our own child is also waited for by whoever has started it
    /// (Process's handler of SIGCHLD calls waitpid for each child), and a waitpid without options takes a tracee's stop, too (wait_task_stopped in kernel/exit.c).</summary>
    private static bool StopTakenByAnother(Tracee* thread)
    {
        Ptrace.SigInfo info;
        if (Ptrace.Request(Ptrace.GetSigInfo, thread->Tid, 0, &info) < 0 || Ptrace.Request(Ptrace.GetRegs, thread->Tid, 0, &thread->Registers) < 0)
            return false;
        thread->State = TraceeState.Stopped;
        thread->HeldSignal = info.Code >> 8 == Ptrace.EventStop ? 0 : info.Signal;
        return true;
    }

    private bool Check(ref Obstacle obstacle)
    {
        if (guards.Empty)
            return true;
        for (int i = 0; i < count; i++)
        {
            Tracee* thread = threads + i;
            if (thread->State != TraceeState.Stopped)
                continue;
            int guard = Standing(thread);
            if (guard >= 0 && scan.All)
            {
                obstacle = new Obstacle
                {
                    Result = AttemptResult.Busy, Tid = thread->Tid, Place = ObstaclePlace.Instruction, Guard = guard, Address = thread->Registers.Rip, Value = thread->Registers.Rip,
                };
                scan.Note(thread->Tid, guard);
            }
            else if (guard >= 0 && !StepOut(thread, guard, ref obstacle))
                return false;
        }

        return scan.Clean(threads, count, ref obstacle);
    }

    /// <returns>The guarded range in which the thread goes on, or -1.</returns>
    private int Standing(Tracee* thread)
    {
        int guard = guards.Find(thread->Registers.Rip);
        // An interrupted system call is made again from its own two bytes, which lie in front of the instruction pointer.
        return guard < 0 && thread->Registers.OrigRax >= 0 ? guards.Find(thread->Registers.Rip - 2) : guard;
    }

    /// <summary>Executes instructions of a thread one by one until it has left the guarded ranges.</summary>
    /// <remarks>A thread that stands before the delivery of a signal can't be stepped without delivering it (which would only put the address on its stack) or losing
    /// it, so it counts as in the way and gets its signal when it goes on. The same holds for a signal that comes between two steps. Masking its signals
    /// meanwhile would be wrong twice: a null check in the window must be able to fault, and a tracer that is killed would leave the mask behind.</remarks>
    private bool StepOut(Tracee* thread, int guard, ref Obstacle obstacle)
    {
        ulong stood = thread->Registers.Rip;
        Obstacle standing = new() { Result = AttemptResult.Busy, Tid = thread->Tid, Place = ObstaclePlace.Instruction, Guard = guard, Address = stood, Value = stood };
        bool inSystemCall = thread->Registers.OrigRax >= 0;
        if (!MayStep || thread->HeldSignal != 0 || inSystemCall && !StepAnywhere)
        {
            obstacle = standing;
            return false;
        }

        bool stepped = false;
        for (int steps = 0; steps < MaxSteps && !alarm.Expired && thread->State == TraceeState.Stopped && thread->HeldSignal == 0 && Standing(thread) >= 0; steps++)
        {
            thread->State = TraceeState.Seized;
            if (Ptrace.Request(Ptrace.SingleStep, thread->Tid, 0, 0) < 0)
                return AwaitStop(thread, ref obstacle);
            stepped = true;
            if (!AwaitStep(thread))
                break;
        }

        // The trap flag stays set in a stopped thread until it is resumed without stepping, and a tracer's death doesn't clear it: the SIGTRAP of the next instruction would
        // then end the target. With an interrupt pending, the thread goes on without stepping and stops again before its next instruction ("at least one trap is
        // guaranteed to happen after this request", ptrace_request in kernel/ptrace.c).
        if (stepped && thread->State == TraceeState.Stopped)
        {
            _ = Ptrace.Request(Ptrace.Interrupt, thread->Tid, 0, 0);
            if (Ptrace.Request(Ptrace.Cont, thread->Tid, 0, thread->HeldSignal) == 0)
            {
                SignalsPassedOn += thread->HeldSignal != 0 ? 1 : 0;
                thread->HeldSignal = 0;
                thread->State = TraceeState.Seized;
                if (!AwaitStop(thread, ref obstacle))
                    return false;
            }
        }

        if (thread->State != TraceeState.Stopped)
            return true;
        if (Standing(thread) < 0)
        {
            SteppedOut++;
            return true;
        }

        obstacle = standing;
        return false;
    }

    /// <summary>Waits for the end of one single step.</summary>
    /// <returns>False when it was no ordinary step: the thread has received a signal, has ended, or waits in a system call and was interrupted again.</returns>
    private bool AwaitStep(Tracee* thread)
    {
        long end = Stopwatch.GetTimestamp() + (long)(stepLimit.TotalSeconds * Stopwatch.Frequency);
        bool interrupted = false;
        while (true)
        {
            int status;
            int waited = Wait.ForPid(thread->Tid, &status, Wait.All);
            if (waited == thread->Tid)
            {
                if (!Wait.Stopped(status))
                {
                    thread->State = TraceeState.Gone;
                    return false;
                }

                thread->State = TraceeState.Stopped;
                int signal = Wait.StopEvent(status) == 0 ? Wait.StopSignal(status) : 0;
                thread->HeldSignal = signal == ProcessSignals.SIGTRAP && FromStepping(thread->Tid) ? 0 : signal;
                if (Ptrace.Request(Ptrace.GetRegs, thread->Tid, 0, &thread->Registers) < 0)
                    thread->State = TraceeState.Gone;
                // A stop for an interrupt that was still pending comes before the step and doesn't matter: the next request steps.
                return !interrupted && thread->HeldSignal == 0 && thread->State == TraceeState.Stopped;
            }

            if (waited < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                thread->State = TraceeState.Gone;
                return false;
            }

            if (!interrupted && Stopwatch.GetTimestamp() >= end)
            {
                interrupted = true;
                _ = Ptrace.Request(Ptrace.Interrupt, thread->Tid, 0, 0);
            }

            // Time being over is no reason to leave here: a thread that is let go in the middle of a step keeps the trap flag, and the target would die of it.
        }
    }

    /// <summary>A SIGTRAP of the step itself, not one that somebody has sent and that must be delivered.</summary>
    private static bool FromStepping(int tid)
    {
        Ptrace.SigInfo info;
        return Ptrace.Request(Ptrace.GetSigInfo, tid, 0, &info) == 0 && (info.Code == Ptrace.SigInfo.TrapTrace || info.Code == Ptrace.SigInfo.TrapBreakpoint);
    }

    /// <summary>Reads every word before the first one is stored.</summary>
    private bool Verify(ref Obstacle obstacle)
    {
        int words = plan.Stores.Length;
        for (int from = 0; from < words; from += ProcessMemory.MaxRanges)
        {
            int some = Math.Min(words - from, ProcessMemory.MaxRanges);
            if (words > FewWords && ReadTogether(from, some))
                continue;
            for (int i = from; i < from + some; i++)
            {
                nint got = Files.ReadAt(target.MemoryDescriptor, found + i, sizeof(ulong), (long)plan.Stores[i].Address);
                if (got == sizeof(ulong))
                    continue;
                obstacle = new Obstacle { Result = got == 0 ? Ended() : AttemptResult.Differs, Address = plan.Stores[i].Address, Expected = plan.Stores[i].Old };
                return false;
            }
        }

        // The descriptor knows the address space in which the plan was made; the thread id may run another program by now. Nobody uses the old space then.
        ulong probe;
        if (words > FewWords && Files.ReadAt(target.MemoryDescriptor, &probe, sizeof(ulong), (long)plan.Stores[0].Address) == 0)
        {
            obstacle.Result = Ended();
            return false;
        }

        for (int i = 0; i < words; i++)
        {
            if (found[i] == plan.Stores[i].Old)
                continue;
            obstacle = new Obstacle { Result = AttemptResult.Differs, Address = plan.Stores[i].Address, Value = found[i], Expected = plan.Stores[i].Old };
            return false;
        }

        return true;
    }

    private bool ReadTogether(int from, int some)
    {
        for (int i = 0; i < some; i++)
            ranges[i] = new ProcessMemory.Range { Address = plan.Stores[from + i].Address, Length = sizeof(ulong) };
        ProcessMemory.Range local = new() { Address = (ulong)(found + from), Length = (ulong)some * sizeof(ulong) };
        return ProcessMemory.Read(target.MemoryTid, &local, 1, ranges, (nuint)some, 0) == some * sizeof(ulong);
    }

    private AttemptResult Ended() => folder.Count > 0 && folder.State(target.Pid) is not ('Z' or 'X') ? AttemptResult.Replaced : AttemptResult.Exited;

    /// <summary>Stores all words, or none.</summary>
    private bool Store(ref Obstacle obstacle)
    {
        int done = 0;
        while (done < plan.Stores.Length && Put(plan.Stores[done].Address, plan.Stores[done].New))
            done++;
        if (done == plan.Stores.Length)
            return true;

        obstacle = new Obstacle { Result = AttemptResult.StoreFailed, Address = plan.Stores[done].Address, Undone = true };
        while (done-- > 0)
            obstacle.Undone &= Put(plan.Stores[done].Address, plan.Stores[done].Old);
        return false;
    }

    private bool Put(ulong address, ulong word) => Files.WriteAt(target.MemoryDescriptor, &word, sizeof(ulong), (long)address) == sizeof(ulong);

    /// <summary>Lets all threads run, each with the signal that it was about to receive.</summary>
    /// <remarks>The threads that were computing are the ones that miss the time. When we can't be preempted by those we wake, they go first. Else every thread
    /// that computes and is woken may take this processor before the rest are woken, so those that go straight back to waiting go first.</remarks>
    private void Resume()
    {
        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 0; i < count; i++)
            {
                Tracee* thread = threads + i;
                bool computing = thread->Registers.OrigRax < 0;
                if (thread->State != TraceeState.Stopped || computing != (urgent == (pass == 0)))
                    continue;
                // ESRCH: killed meanwhile.
                _ = Ptrace.Request(Ptrace.Detach, thread->Tid, 0, thread->HeldSignal);
                SignalsPassedOn += thread->HeldSignal != 0 ? 1 : 0;
                thread->State = TraceeState.Gone;
            }
        }

        for (int i = 0; i < count; i++)
            LeftOver |= threads[i].State == TraceeState.Seized;
    }
}
