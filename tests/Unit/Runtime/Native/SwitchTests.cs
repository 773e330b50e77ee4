using System.Diagnostics;
using System.Globalization;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Runtime.Native.Switching;
using Switch = HotpatchBuild.Runtime.Native.Switching.Switch;

namespace HotpatchBuild.Tests.Unit.Runtime.Native;

public sealed class SwitchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), Short = TimeSpan.FromMilliseconds(400);

    // A spinning thread stops only when it gets a processor; the limit for one attempt grows with every attempt.
    private static readonly TimeSpan LongEnoughToStop = TimeSpan.FromSeconds(2);

    [Fact]
    public void ThreadsInTightLoopsNeverExecuteAMixture()
    {
        using NativeTarget native = NativeTarget.Start("loop", "4");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        (SwitchPlan apply, SwitchPlan revert) = native.Plans(target, "victim", Patience);
        int steppedOut = 0, allocating = 0;
        for (int i = 0; i < 1000; i++)
        {
            SwitchReport report = Switch.Execute(target, apply);
            Assert.Equal(5, report.Threads);
            Assert.True(report.Stopped > TimeSpan.Zero);
            allocating += Switch.AllocatedInStops != 0 ? 1 : 0;
            steppedOut += report.SteppedOut;
            // Nobody can stand inside one jump, so going back needs no guard, and no stop.
            Switch.Execute(target, i % 2 == 0 ? revert : revert with { Guards = [] });
        }

        Report after = native.Report();
        Assert.Equal(0, after.Wrong);
        Assert.True(after.Calls > 0);
        Assert.True(steppedOut > 0, "no thread was ever met inside the window");
        // A stop allocates nothing. The runtime's counter jumps by what is left of the thread's allocation buffer when a test that runs beside this one causes a
        // collection in the middle, so a few of a thousand may look otherwise.
        Assert.True(allocating <= 10, $"{allocating} of 1000 stops allocated memory");
    }

    [Fact]
    public void OneWordWithoutAStopIsNeverTorn()
    {
        using NativeTarget native = NativeTarget.Start("loop", "4");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        SwitchPlan first = native.Plans(target, "victim", Patience).Apply;
        Switch.Execute(target, first);
        // From now on the entry holds a jump, and three bytes of its displacement change.
        ulong entry = native.Values["victim"], near = first.Stores[0].New, far = native.JumpWord(entry, first.Stores[0].Old, "distant");
        Assert.Equal(0xffffff00UL, Enumerable.Range(1, 3).Aggregate(0xff000000UL, (mask, i) => ((near ^ far) >> (8 * i) & 0xff) != 0 ? mask | 0xffUL << (8 * i) : mask));
        for (int i = 0; i < 50_000; i++)
        {
            SwitchReport report = Switch.Execute(target, native.Plan(entry, i % 2 == 0 ? near : far, i % 2 == 0 ? far : near, "victim", Patience, guarded: false));
            Assert.Equal(TimeSpan.Zero, report.Stopped);
        }

        Assert.Equal(0, native.Report().Wrong);
    }

    [Theory]
    [InlineData("spin")]
    [InlineData("spin-alternate")]
    [InlineData("spin-inner")]
    [InlineData("main-alternate")]
    public void AThreadInTheRangeIsInTheWayAlsoUnderASignalHandler(string mode)
    {
        using NativeTarget native = NativeTarget.Start(mode);
        using TargetProcess target = TargetProcess.Open(native.Pid);
        ulong entry = native.Values["waiter"], old = target.ReadWord(entry);
        NativeTarget.Until(() => IsSpinning(native.Pid), "the thread is in its loop");
        SwitchPlan plan = native.Plan(entry, old, native.JumpWord(entry, old), "waiter()", LongEnoughToStop, guarded: true) with
        {
            Guards = [new GuardedRange(entry + 1, entry + 8, "waiter()")], // a loop leads back into the window: the whole body
        };
        Failure standing = Assert.Throws<HotpatchException>(() => Switch.Execute(target, plan)).Failure;
        Assert.Equal(("HPB4020", ExitCode.NoSafeMoment), (standing.Id, standing.ExitCode));
        Assert.Contains("waiter()", standing.What);
        Assert.Contains("(spinning)", standing.What);
        Assert.Contains("executes it", standing.What);

        int spinning = Directory.EnumerateDirectories($"/proc/{native.Pid}/task").Select(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))
            .Single(tid => ProcessStatus.ReadThread(native.Pid, tid)?.Name == "spinning");
        native.Signal("USR1"); // its handler waits
        NativeTarget.Until(() => ProcessStatus.ReadThread(native.Pid, spinning)?.State == 'S', "the thread is in its handler");
        Failure interrupted = Assert.Throws<HotpatchException>(() => Switch.Execute(target, plan)).Failure;
        Assert.Equal("HPB4020", interrupted.Id);
        Assert.Contains("returns into it", interrupted.What);
        Assert.Equal(old, target.ReadWord(entry));

        native.Signal("USR2"); // ends the handler and the loop
        Switch.Execute(target, plan with { Patience = Patience });
        Assert.Equal(plan.Stores[0].New, target.ReadWord(entry));
    }

    // The target is ready before its thread is: a thread with that name that has used processor time is in the loop, which is all it does.
    private static bool IsSpinning(int pid)
    {
        foreach (string task in Directory.EnumerateDirectories($"/proc/{pid}/task"))
        {
            int tid = int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture);
            if (ProcessStatus.ReadThread(pid, tid)?.Name != "spinning")
                continue;
            // proc(5): field 14 is utime, the 12th behind the name's closing parenthesis.
            string stat = File.ReadAllText($"{task}/stat");
            return long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[11], CultureInfo.InvariantCulture) >= 2;
        }
        return false;
    }

    [Fact]
    public async Task AReturnAddressInTheRangeIsInTheWay()
    {
        using NativeTarget native = NativeTarget.Start("call");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        SwitchPlan plan = native.Plans(target, "caller", Short).Apply;
        Failure failure = Assert.Throws<HotpatchException>(() => Switch.Execute(target, plan)).Failure;
        Assert.Equal("HPB4020", failure.Id);
        Assert.Contains("(blocked) returns into it", failure.What);
        Task later = Task.Run(() => native.Signal("USR2"));
        SwitchReport report = Switch.Execute(target, plan with { Patience = Patience });
        await later;
        Assert.True(report.LongestStop >= report.Stopped);
    }

    [Fact]
    public void CallsUnderWayKeepASwitchOutThatIsToHaveNone()
    {
        using NativeTarget native = NativeTarget.Start("call");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        SwitchPlan plan = native.Plans(target, "caller", Short).Apply;
        // The same code as code that is to rest: nothing else would be in the way.
        SwitchPlan resting = plan with { Guards = [], Resting = [.. plan.Guards.Select(guard => guard with { Function = "Caller()" })], Active = ActiveCodePolicy.Refuse, Patience = Patience };
        ActiveCall call = Assert.Single(Switch.Survey(target, resting.Resting, Patience));
        Assert.Equal(("Caller()", "blocked"), (call.Function, call.ThreadName));
        Failure refused = Assert.Throws<HotpatchException>(() => Switch.Execute(target, resting)).Failure;
        Assert.Equal(("HPB4610", ExitCode.Refused), (refused.Id, refused.ExitCode));
        Assert.Contains($"Caller() in thread {call.ThreadId} (blocked)", refused.What);
        Failure waited = Assert.Throws<HotpatchException>(() => Switch.Execute(target, resting with { Active = ActiveCodePolicy.Wait, Patience = Short })).Failure;
        Assert.Equal(("HPB4611", ExitCode.NoSafeMoment), (waited.Id, waited.ExitCode));
        Assert.Contains($"Caller() in thread {call.ThreadId} (blocked)", waited.What);
        Assert.Equal(plan.Stores[0].Old, target.ReadWord(plan.Stores[0].Address));

        native.Signal("USR2");
        Switch.Execute(target, resting with { Active = ActiveCodePolicy.Wait });
        Assert.Equal(plan.Stores[0].New, target.ReadWord(plan.Stores[0].Address));
        Assert.Empty(Switch.Survey(target, resting.Resting, Patience));
    }

    [Fact]
    public void AThreadThatStandsInIsUnderWayAndIsNotStepped()
    {
        using NativeTarget native = NativeTarget.Start("spin");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        ulong entry = native.Values["waiter"];
        NativeTarget.Until(() => IsSpinning(native.Pid), "the thread is in its loop");
        GuardedRange[] ranges = [new GuardedRange(entry + 1, entry + 8, "waiter()"), new GuardedRange(native.Values["victim"], native.Values["victim"] + 8, "victim()")];
        ActiveCall call = Assert.Single(Switch.Survey(target, [.. ranges], Patience));
        Assert.Equal(("waiter()", "spinning"), (call.Function, call.ThreadName));
        native.Signal("USR2");
    }

    [Fact]
    public void ManyGuardsAreFound()
    {
        using NativeTarget native = NativeTarget.Start("call");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        SwitchPlan plan = native.Plans(target, "caller", Short).Apply;
        GuardedRange[] far = [.. Enumerable.Range(0, 500).Select(i => new GuardedRange(target.LoadBias + 0x100000 + (ulong)i * 256, target.LoadBias + 0x100000 + (ulong)i * 256 + 4, "far"))];
        Assert.Contains("caller", Assert.Throws<HotpatchException>(() => Switch.Execute(target, plan with { Guards = [.. far, .. plan.Guards] })).Failure.What);
        native.Signal("USR2");
        Switch.Execute(target, plan with { Guards = [.. far, .. plan.Guards], Patience = Patience });
    }

    [Fact]
    public void ThreadsThatAreMadeMeanwhileAreStoppedToo()
    {
        using NativeTarget native = NativeTarget.Start("storm");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        (SwitchPlan apply, SwitchPlan revert) = native.Plans(target, "victim", Patience);
        for (int i = 0; i < 100; i++)
        {
            Switch.Execute(target, apply);
            Switch.Execute(target, revert);
        }

        Report after = native.Report();
        Assert.Equal(0, after.Wrong);
        Assert.False(native.Exited);
    }

    [Fact]
    public void NoSignalIsLost()
    {
        using NativeTarget native = NativeTarget.Start("signals", "2");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        (SwitchPlan apply, SwitchPlan revert) = native.Plans(target, "victim", Patience);
        int passedOn = 0;
        for (int i = 0; i < 200; i++)
        {
            passedOn += Switch.Execute(target, apply).SignalsPassedOn;
            passedOn += Switch.Execute(target, revert).SignalsPassedOn;
        }

        Assert.Equal("quiet", native.Ask("quiet"));
        NativeTarget.Until(() => native.Report() is var report && report.Sent == report.Signals, "every signal has arrived");
        Report after = native.Report();
        Assert.Equal(0, after.Wrong);
        Assert.True(passedOn > 0, "no signal ever met a stop");
    }

    [Fact]
    public void AProfilersTimerGoesOn()
    {
        using NativeTarget native = NativeTarget.Start("profile", "2");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        (SwitchPlan apply, SwitchPlan revert) = native.Plans(target, "victim", Patience);
        for (int i = 0; i < 200; i++)
        {
            Switch.Execute(target, apply);
            Switch.Execute(target, revert);
        }

        long signals = native.Report().Signals;
        Assert.True(signals > 0);
        NativeTarget.Until(() => native.Report().Signals > signals, "more signals");
        Assert.Equal(0, native.Report().Wrong);
    }

    [Fact]
    public void BlockingSystemCallsGoOn()
    {
        using NativeTarget native = NativeTarget.Start("blocked", "4");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        (SwitchPlan apply, SwitchPlan revert) = native.Plans(target, "victim", Patience);
        while (native.Report().Calls < 100)
        {
            Switch.Execute(target, apply);
            Switch.Execute(target, revert);
        }

        Assert.Equal(0, native.Report().Wrong);
    }

    [Fact]
    public void AStoppedProcessStaysStopped()
    {
        using NativeTarget native = NativeTarget.Start("loop", "3");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        (SwitchPlan apply, SwitchPlan revert) = native.Plans(target, "victim", Patience);
        native.Signal("STOP");
        NativeTarget.Until(AllStopped, "all threads are stopped");
        for (int i = 0; i < 20; i++)
        {
            SwitchReport report = Switch.Execute(target, apply);
            Assert.Equal(4, report.Threads);
            NativeTarget.Until(AllStopped, "all threads are stopped again");
            Switch.Execute(target, revert);
            NativeTarget.Until(AllStopped, "all threads are stopped again");
        }

        native.Signal("CONT");
        long calls = native.Report().Calls;
        NativeTarget.Until(() => native.Report().Calls > calls, "it goes on");
        Assert.Equal(0, native.Report().Wrong);

        bool AllStopped() => Directory.EnumerateDirectories($"/proc/{native.Pid}/task")
            .All(folder => ProcessStatus.ReadThread(native.Pid, int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))?.State == 'T');
    }

    [Fact]
    public void AProcessWhoseFirstThreadHasEndedIsSwitched()
    {
        using NativeTarget native = NativeTarget.Start("leaderless");
        NativeTarget.Until(() => ProcessStatus.Read(native.Pid) is { State: 'Z' }, "the leader has ended");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        (SwitchPlan apply, SwitchPlan revert) = native.Plans(target, "victim", Patience);
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(1, Switch.Execute(target, apply).Threads);
            Switch.Execute(target, revert);
        }
    }

    [Fact]
    public void AWordThatDiffersChangesNothing()
    {
        using NativeTarget native = NativeTarget.Start("sleep", "2");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        SwitchPlan victim = native.Plans(target, "victim", Patience).Apply, caller = native.Plans(target, "caller", Patience).Apply;
        SwitchPlan plan = victim with { Stores = [victim.Stores[0], caller.Stores[0] with { Old = 42 }] };
        Failure failure = Assert.Throws<HotpatchException>(() => Switch.Execute(target, plan)).Failure;
        Assert.Equal(("HPB4022", ExitCode.Integrity), (failure.Id, failure.ExitCode));
        Assert.Equal(victim.Stores[0].Old, target.ReadWord(victim.Stores[0].Address));
    }

    [Fact]
    public void AnExitedProcessIsSaidToHaveExited()
    {
        using NativeTarget native = NativeTarget.Start("sleep", "2");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        SwitchPlan plan = native.Plans(target, "victim", Patience).Apply;
        native.Tell("exit");
        NativeTarget.Until(() => native.Exited, "the target exits");
        Failure failure = Assert.Throws<HotpatchException>(() => Switch.Execute(target, plan)).Failure;
        Assert.Equal(("HPB4002", ExitCode.NoTarget), (failure.Id, failure.ExitCode));
    }

    [Fact]
    public void AProcessThatExitsInTheMiddleIsSaidToHaveExited()
    {
        for (int i = 0; i < 20; i++)
        {
            using NativeTarget native = NativeTarget.Start("loop", "8");
            using TargetProcess target = TargetProcess.Open(native.Pid);
            (SwitchPlan apply, SwitchPlan revert) = native.Plans(target, "victim", Patience);
            native.Tell("exit");
            Failure failure = FailureOfEndless(target, apply, revert);
            Assert.Equal("HPB4002", failure.Id);
        }
    }

    [Fact]
    public void AProcessThatRunsAnotherProgramIsNotTouched()
    {
        using NativeTarget native = NativeTarget.Start("loop", "2");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        (SwitchPlan apply, SwitchPlan revert) = native.Plans(target, "victim", Patience);
        native.Tell("exec");
        Failure failure = FailureOfEndless(target, apply, revert);
        Assert.Equal("HPB4011", failure.Id);
        Assert.False(native.Exited);
    }

    [Fact]
    public void AThreadThatWaitsForItsVforkChildIsWaitedFor()
    {
        using NativeTarget native = NativeTarget.Start("loop", "2");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        SwitchPlan plan = native.Plans(target, "victim", Short).Apply;
        native.Tell("vfork");
        NativeTarget.Until(() => ProcessStatus.ReadThread(native.Pid, native.Pid)?.State == 'D', "the child lives");
        Failure failure = Assert.Throws<HotpatchException>(() => Switch.Execute(target, plan)).Failure;
        Assert.Equal(("HPB4021", ExitCode.NoSafeMoment), (failure.Id, failure.ExitCode));
        SwitchReport report = Switch.Execute(target, plan with { Patience = Patience });
        Assert.True(report.Attempts >= 1);
        Assert.Equal("vforked", native.Ask("report"));
    }

    [Fact]
    public void ADebuggerIsNamed()
    {
        using NativeTarget native = NativeTarget.Start("loop", "2");
        using Process gdb = Process.Start(new ProcessStartInfo("gdb", ["-q", "-nx", "-p", native.Pid.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            NativeTarget.Until(() => ProcessStatus.Read(native.Pid)?.TracerPid == gdb.Id, "gdb is attached");
            using TargetProcess target = TargetProcess.Open(native.Pid);
            (SwitchPlan apply, SwitchPlan revert) = native.Plans(target, "victim", Patience);
            Failure failure = Assert.Throws<HotpatchException>(() => Switch.Execute(target, apply)).Failure;
            Assert.Equal(("HPB4007", ExitCode.NoTarget), (failure.Id, failure.ExitCode));
            Assert.Contains($"{gdb.Id} (gdb)", failure.What);
        }
        finally
        {
            gdb.Kill();
            gdb.WaitForExit();
        }
    }

    [Fact]
    public void AStoreThatFailsTakesBackTheOthers()
    {
        using NativeTarget native = NativeTarget.Start("sleep", "2");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        SwitchPlan victim = native.Plans(target, "victim", Patience).Apply;
        // A file that is shared for reading: not even a debugger writes it.
        ulong readOnly = native.Values["shared"];
        SwitchPlan plan = victim with { Guards = [], Stores = [victim.Stores[0], new WordStore(readOnly, target.ReadWord(readOnly), 1)] };
        Assert.Equal("HPB4023", Assert.Throws<HotpatchException>(() => Switch.Execute(target, plan)).Failure.Id);
        Assert.Equal(victim.Stores[0].Old, target.ReadWord(victim.Stores[0].Address));
    }

    private static Failure FailureOfEndless(TargetProcess target, SwitchPlan apply, SwitchPlan revert)
    {
        try
        {
            while (true)
            {
                Switch.Execute(target, apply);
                Switch.Execute(target, revert);
            }
        }
        catch (HotpatchException failed)
        {
            return failed.Failure;
        }
    }
}
