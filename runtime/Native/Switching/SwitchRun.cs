using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Runtime.Native.Interop;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Runtime.Native.Switching;

/// <summary>Attempts until one succeeds, time is over, or it is plain that none can.</summary>
internal sealed class SwitchRun(TargetProcess target, SwitchPlan plan, bool mayStep = true)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StepLimit = TimeSpan.FromMilliseconds(20);
    private readonly GuardIndex guards = new(plan.Guards);
    private readonly long begin = Stopwatch.GetTimestamp();
    private TimeSpan stopLimit = TimeSpan.FromMilliseconds(20);
    private int room = 1;
    private Obstacle last;
    private Obstacle? busy;

    /// <summary>How it ended.</summary>
    internal Obstacle Last => last;

    internal GuardIndex Guards => guards;

    internal TimeSpan LastStop { get; private set; }

    internal TimeSpan LongestStop { get; private set; }

    internal int Threads { get; private set; }

    internal int Attempts { get; private set; }

    internal int SteppedOut { get; private set; }

    internal int SignalsPassedOn { get; private set; }

    internal long Allocated { get; private set; }

    /// <summary>Threads in code that is to rest, when the last attempt found any and all were looked for.</summary>
    internal IReadOnlyList<(int Tid, int Guard)> Met { get; private set; } = [];

    internal void Execute()
    {
        TimeSpan pause = FirstPause;
        bool again;
        do
        {
            again = false;
            OnOwnThread(() => again = AttemptUntilSettled(ref pause));
        }
        while (again);
    }

    /// <summary>Runs something on a thread of its own and waits until the kernel, too, has done with that thread: then it traces nobody any more.</summary>
    internal static void OnOwnThread(Action action)
    {
        int tid = 0;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            tid = Scheduling.ThreadId;
            try
            {
                action();
            }
            catch (Exception thrown)
            {
                failure = ExceptionDispatchInfo.Capture(thrown);
            }
        }, 256 * 1024)
        { IsBackground = true, Name = "tracer" };
        thread.Start();
        thread.Join();
        // Join answers when the managed part has ended. The end of the thread itself is a matter of microseconds, and of memory that is already there.
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{tid}");
        for (int i = 0; i < 1000 && Directory.Exists(folder); i++)
        {
            if (i < 50)
                Thread.Yield();
            else
                Scheduling.Pause(FirstPause);
        }

        failure?.Throw();
    }

    /// <returns>True when another thread must go on, because this one can't let go of a thread of the target in any other way than by ending.</returns>
    private bool AttemptUntilSettled(ref TimeSpan pause)
    {
        using Tracer tracer = new(target, plan, guards, StepLimit) { MayStep = mayStep };
        for (int i = 1; i < room; i *= 2)
            tracer.EnsureRoom();
        while (true)
        {
            tracer.Attempt(stopLimit, out last);
            Attempts++;
            Threads = tracer.Stopped;
            LastStop = Stopwatch.GetElapsedTime(0, tracer.StopTicks);
            LongestStop = LastStop > LongestStop ? LastStop : LongestStop;
            if (last.Result == AttemptResult.NoRoom)
                room *= 2;
            else if (last.Result == AttemptResult.NotStopped)
                stopLimit = stopLimit < TimeSpan.FromMilliseconds(500) ? 2 * stopLimit : stopLimit;
            if (last.Result == AttemptResult.Busy && plan.Active != ActiveCodePolicy.Finish)
                Met = [.. tracer.Met];
            bool retry = (last.Result is AttemptResult.NotStopped or AttemptResult.NoRoom || last.Result == AttemptResult.Busy && plan.Active != ActiveCodePolicy.Refuse) && Stopwatch.GetElapsedTime(begin) < plan.Patience;
            // Of two reasons the user can do more about the code that is in use; a thread that does not stop in time may only be waiting for a processor.
            if (last.Result == AttemptResult.Busy)
                busy = last;
            else if (!retry && last.Result is AttemptResult.NotStopped or AttemptResult.NoRoom && busy is { } inUse)
                last = inUse;
            if (!retry || tracer.LeftOver)
            {
                SteppedOut += tracer.SteppedOut;
                SignalsPassedOn += tracer.SignalsPassedOn;
                Allocated += tracer.Allocated;
                if (retry)
                    Rest(ref pause);
                return retry;
            }

            Rest(ref pause);
        }
    }

    private static void Rest(ref TimeSpan pause)
    {
        Scheduling.Pause(pause);
        pause = pause < LongestPause / 2 ? 2 * pause : LongestPause;
    }
}
