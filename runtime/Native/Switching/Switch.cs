using System.Collections.Immutable;
using System.Globalization;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Interop;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Runtime.Native.Switching;

/// <summary>Redirects functions of a running process in one step: all words of a plan are stored, or none.</summary>
public static class Switch
{
    /// <summary>Executes a plan. Where it needs a stop, all threads of the target stand still for some hundred microseconds, per attempt.</summary>
    /// <param name="target">The process.</param>
    /// <param name="plan">What to store, and where no thread may stand meanwhile.</param>
    /// <exception cref="HotpatchException">Nothing was changed: no safe moment came in time (exit code 5), a word was not what it should be (4), or the process
    /// is gone, traced by another or not ours to trace (3).</exception>
    public static SwitchReport Execute(TargetProcess target, SwitchPlan plan)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(plan);
        foreach (WordStore store in plan.Stores)
            if ((store.Address & 7) != 0)
                throw new ArgumentException($"{store.Address:x} is not a multiple of 8.", nameof(plan));

        target.EnsureSame();
        if (plan.NeedsNoStop)
            return WithoutStop(target, plan);
        target.EnsureNotTraced();
        // Most of what could fail is found out while everything runs.
        foreach (WordStore store in plan.Stores)
            Expect(target, store);
        Rehearsal.Once();
        OwnPages(target, plan);
        SwitchRun run;
        SwitchRun? resting = null;
        using (new SignalShield())
        {
            if (plan.Active != ActiveCodePolicy.Finish)
            {
                // Here it is no wish but a condition. A thread in a range is in the way, wherever in it: nobody is stepped.
                resting = new SwitchRun(target, plan with { Guards = plan.Guards.AddRange(plan.Resting) }, mayStep: false);
                resting.Execute();
                if (resting.Last.Result == AttemptResult.Busy)
                    throw new HotpatchException(ExplainActive(target, plan, resting));
            }
            else if (!plan.Resting.IsEmpty)
            {
                resting = new SwitchRun(target, plan with { Guards = plan.Guards.AddRange(plan.Resting), Patience = plan.RestingPatience }, mayStep: false);
                resting.Execute();
            }

            run = resting is null || plan.Active == ActiveCodePolicy.Finish && resting is { Last.Result: AttemptResult.Busy or AttemptResult.NotStopped } ? new SwitchRun(target, plan) : resting;
            if (run != resting)
                run.Execute();
        }

        if (run.Last.Result != AttemptResult.Done)
            throw new HotpatchException(Explain(target, plan, run));
        AllocatedInStops = run.Allocated;
        SwitchReport report = new(run.LastStop, run.LongestStop, run.Threads, run.Attempts, run.SteppedOut, run.SignalsPassedOn);
        return resting is null || run == resting ? report : report with
        {
            LongestStop = resting.LongestStop > run.LongestStop ? resting.LongestStop : run.LongestStop,
            Attempts = resting.Attempts + run.Attempts,
            SignalsPassedOn = resting.SignalsPassedOn + run.SignalsPassedOn,
            CallsUnderWay = true,
        };
    }

    /// <summary>Says which threads are in some code, or return into it. They stand still for as long as one attempt of a switch takes, and nothing is stored.</summary>
    /// <param name="target">The process.</param>
    /// <param name="ranges">The code.</param>
    /// <param name="patience">How long to try to stop all threads.</param>
    /// <exception cref="HotpatchException">The process is gone, traced by another or not ours to trace, or its threads do not stop.</exception>
    public static ImmutableArray<ActiveCall> Survey(TargetProcess target, ImmutableArray<GuardedRange> ranges, TimeSpan patience)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (ranges.IsEmpty)
            return [];
        target.EnsureSame();
        target.EnsureNotTraced();
        Rehearsal.Once();
        SwitchPlan plan = new([], ranges, patience) { Active = ActiveCodePolicy.Refuse };
        SwitchRun run = new(target, plan, mayStep: false);
        using (new SignalShield())
            run.Execute();
        return run.Last.Result switch
        {
            AttemptResult.Done => [],
            AttemptResult.Busy when run.Met.Count > 0 => ActiveIn(target, run),
            _ => throw new HotpatchException(Explain(target, plan, run)),
        };
    }

    private static ImmutableArray<ActiveCall> ActiveIn(TargetProcess target, SwitchRun run) =>
        [.. run.Met.Select(met => (Function: run.Guards[met.Guard].Function, met.Tid)).Distinct()
            .Select(call => new ActiveCall(call.Function, call.Tid, ProcessStatus.ReadThread(target.Pid, call.Tid)?.Name ?? ""))
            .OrderBy(call => call.Function, StringComparer.Ordinal).ThenBy(call => call.ThreadId)];

    private static Failure ExplainActive(TargetProcess target, SwitchPlan plan, SwitchRun run)
    {
        const int most = 8;
        ImmutableArray<ActiveCall> active = ActiveIn(target, run);
        // A stack that can't be read is in the way without being in a function.
        if (active.IsEmpty)
            return Explain(target, plan, run);
        string names = string.Join(", ", active.Take(most).Select(call => string.Create(CultureInfo.InvariantCulture, $"{call.Function} in thread {call.ThreadId} ({call.ThreadName})")))
            + (active.Length > most ? string.Create(CultureInfo.InvariantCulture, $" and {active.Length - most} more") : "");
        return plan.Active == ActiveCodePolicy.Refuse
            ? TargetDiagnostics.ActiveRefused.With(target.Pid, target.Name, names)
            : TargetDiagnostics.StillActive.With(target.Pid, target.Name, names, plan.Patience.TotalSeconds);
    }

    /// <summary>Bytes that the last switch allocated on the managed heap while threads stood still; for the tests.</summary>
    internal static long AllocatedInStops { get; private set; }

    /// <summary>One aligned word: every thread executes the old one or the new one, both of which are right.</summary>
    private static SwitchReport WithoutStop(TargetProcess target, SwitchPlan plan)
    {
        foreach (WordStore store in plan.Stores)
        {
            Expect(target, store);
            target.Store(store.Address, store.New);
        }

        return new SwitchReport(TimeSpan.Zero, TimeSpan.Zero, 0, 1, 0, 0);
    }

    /// <summary>Has the kernel copy the pages of the words while everything runs, which it otherwise does inside the stop, a page of a file at a time (copy-on-write).
    /// What is stored stands there already, so nobody can see it, torn or whole.</summary>
    private static unsafe void OwnPages(TargetProcess target, SwitchPlan plan)
    {
        const int PageBits = 12;
        ulong owned = ulong.MaxValue;
        foreach (WordStore store in plan.Stores)
        {
            if (store.Address >> PageBits == owned)
                continue;
            owned = store.Address >> PageBits;
            Expect(target, store);
            // A page that can't be written is the switch's to report, with what became of the other words.
            ulong word = store.Old;
            _ = Files.WriteAt(target.MemoryDescriptor, &word, sizeof(ulong), (long)store.Address);
        }
    }

    private static void Expect(TargetProcess target, WordStore store)
    {
        ulong word = target.ReadWord(store.Address);
        if (word != store.Old)
            throw new HotpatchException(TargetDiagnostics.WordDiffers.With(target.Pid, target.Name, store.Address, word, store.Old));
    }

    private static Failure Explain(TargetProcess target, SwitchPlan plan, SwitchRun run)
    {
        Obstacle last = run.Last;
        ProcessStatus? thread = last.Tid == 0 ? null : ProcessStatus.ReadThread(target.Pid, last.Tid);
        string threadName = thread?.Name ?? "ended since";
        switch (last.Result)
        {
            case AttemptResult.Busy:
                string function = last.Guard >= 0 ? run.Guards[last.Guard].Function : "the changed functions";
                return TargetDiagnostics.NoSafeMoment.With(target.Pid, target.Name, plan.Patience.TotalSeconds, function, last.Tid, threadName, Describe(last));
            case AttemptResult.NotStopped or AttemptResult.NoRoom:
                return TargetDiagnostics.ThreadDoesNotStop.With(target.Pid, target.Name, plan.Patience.TotalSeconds, last.Tid, threadName, thread?.State switch
                {
                    'D' => "it waits in the kernel and can't be interrupted there",
                    null => "threads come and go faster than they can be stopped",
                    var state => $"its state is {state}",
                });
            case AttemptResult.Differs:
                return TargetDiagnostics.WordDiffers.With(target.Pid, target.Name, last.Address, last.Value, last.Expected);
            case AttemptResult.Replaced:
                return TargetDiagnostics.ProgramReplaced.With(target.Pid, target.Name);
            case AttemptResult.StoreFailed:
                if (ProcessStatus.Read(target.Pid) is not { Zombie: false })
                    return TargetDiagnostics.ProcessExited.With(target.Pid, target.Name);
                return TargetDiagnostics.StoreFailed.With(target.Pid, target.Name, last.Address, last.Undone ? "nothing was changed" : "the words before it were stored and could not be taken back");
            case AttemptResult.Refused:
                target.EnsureSame();
                target.EnsureNotTraced();
                if (thread is not null && AccessProblem.Debugger(target.Pid, thread) is { } debugger)
                    return debugger;
                return TargetDiagnostics.SeizeRefused.With(target.Pid, target.Name, last.Tid, threadName);
            case AttemptResult.Exited or AttemptResult.Done:
            default:
                return TargetDiagnostics.ProcessExited.With(target.Pid, target.Name);
        }
    }

    private static string Describe(Obstacle obstacle) => obstacle.Place switch
    {
        ObstaclePlace.Instruction => string.Create(CultureInfo.InvariantCulture, $"executes it, at {obstacle.Address:x}"),
        ObstaclePlace.Register => string.Create(CultureInfo.InvariantCulture, $"holds the address {obstacle.Value:x} in it in a register"),
        ObstaclePlace.Stack => string.Create(CultureInfo.InvariantCulture, $"returns into it, to {obstacle.Value:x} (on its stack at {obstacle.Address:x})"),
        ObstaclePlace.ThreadLocal => string.Create(CultureInfo.InvariantCulture, $"returns into it, to {obstacle.Value:x} (kept by the runtime at {obstacle.Address:x})"),
        _ => string.Create(CultureInfo.InvariantCulture, $"has a stack that can't be read, at {obstacle.Address:x}"),
    };
}
