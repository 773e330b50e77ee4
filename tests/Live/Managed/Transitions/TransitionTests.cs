using System.Runtime.Versioning;
using HotpatchBuild.Tests.Live.Managed.BadInput;
using HotpatchBuild.Tests.Live.Native;

namespace HotpatchBuild.Tests.Live.Managed.Transitions;

/// <summary>Code that a delta runs at the switch, in a program whose data it repairs while three threads use it.</summary>
[SupportedOSPlatform("linux")]
public sealed class TransitionTests : IDisposable
{
    private const int Cycles = 5;

    private static readonly StoreBuild s_build = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("hotpatch-transition-").FullName;
    private readonly string _delta, _newer;

    public TransitionTests()
    {
        _delta = s_build.WriteDelta(StoreBuild.Fix(0), Path.Combine(_folder, "cents.hotpatch"));
        _newer = s_build.WriteDelta(StoreBuild.Fix(1), Path.Combine(_folder, "more.hotpatch"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Data_and_code_change_together_under_load_and_back()
    {
        using var store = Start();
        string log = "";
        for (int i = 0; i < Cycles; i++)
        {
            Apply(store, _delta).AssertDone();
            AssertState(store, 500, log += "forth ");
            Rollback(store).AssertDone();
            AssertState(store, 500, log += "back ");
        }
        store.End();
    }

    [Fact]
    public void A_newer_delta_does_not_repair_again_what_was_repaired()
    {
        using var store = Start();
        Apply(store, _delta).AssertDone();
        Apply(store, _delta).AssertDone();
        AssertState(store, 500, "forth ");
        Apply(store, _newer).AssertDone();
        AssertState(store, 501, "forth ");
        Apply(store, _delta).AssertDone();
        AssertState(store, 500, "forth ");
        Rollback(store).AssertDone();
        AssertState(store, 500, "forth back ");
        Apply(store, _newer).AssertDone();
        AssertState(store, 501, "forth back forth ");
    }

    [Fact]
    public void A_precondition_keeps_it_out_with_its_reason()
    {
        using var store = Start();
        store.Ask("busy");
        CommandOutcome check = HotpatchCommand.Run("check", _delta, "--pid", $"{store.Pid}");
        check.AssertRefused("HPB4147", 2);
        Assert.Contains("the till is open", check.Errors);
        Apply(store, _delta).AssertRefused("HPB4147", 2);
        AssertState(store, 500, "");
        store.Ask("free");
        HotpatchCommand.Run("check", _delta, "--pid", $"{store.Pid}").AssertDone();
        AssertState(store, 500, "");
        Apply(store, _delta).AssertDone();
        AssertState(store, 500, "forth ");
    }

    [Fact]
    public void An_exception_leaves_the_old_code_in_force()
    {
        using var store = Start();
        store.Ask("fail");
        CommandOutcome apply = Apply(store, _delta);
        apply.AssertRefused("HPB4148", 2);
        Assert.Contains("InvalidOperationException: no room for cents", apply.Errors);
        AssertState(store, 500, "");
        Assert.Contains("the baseline is in force", HotpatchCommand.Run("status", "--pid", $"{store.Pid}").AssertDone().Output);
        store.Ask("mend");
        Apply(store, _delta).AssertDone();
        AssertState(store, 500, "forth ");
        store.Ask("fail");
        Rollback(store).AssertRefused("HPB4148", 2);
        AssertState(store, 500, "forth ");
        store.Ask("mend");
        Rollback(store).AssertDone();
        AssertState(store, 500, "forth back ");
    }

    [Fact]
    public void A_lock_that_a_waiting_call_holds_ends_the_switch_and_not_the_program()
    {
        using var store = Start();
        store.Ask("lock");
        // With the other choice there would be no moment: that thread is in the changed method nearly all the time.
        Apply(store, _delta, "--active", "finish", "--timeout", "1").AssertRefused("HPB4149", 5);
        AssertState(store, 500, "");
        // It still waits for the lock.
        Apply(store, _delta, "--active", "finish", "--timeout", "1").AssertRefused("HPB4144", 5);
        AssertState(store, 500, "");
        // It gives up by itself; then the lock is there.
        Assert.True(SpinWait.SpinUntil(() => !HasThread(store.Pid, "hotpatch transi"), TimeSpan.FromSeconds(30)));
        store.Ask("unlock");
        Apply(store, _delta).AssertDone();
        AssertState(store, 500, "forth ");
    }

    [Fact]
    public void Inspect_says_what_runs()
    {
        string[] lines = HotpatchCommand.Run("inspect", _delta, "--summary").AssertDone().Output.Split('\n');
        Assert.Contains("  runs at the switch: Repair.Forth() (prices in cents)", lines);
        Assert.Contains("  runs at the rollback: Repair.Back() (prices in cents)", lines);
        Assert.Contains("  is asked first: Repair.Ready()", lines);
    }

    private static void AssertState(ClockProcess store, int cents, string log) => Assert.Equal($"{cents} 0 {log}", store.Say());

    private static bool HasThread(int pid, string name) => Directory.GetDirectories($"/proc/{pid}/task").Any(thread =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).StartsWith(name, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // it has just ended
        }
    });

    // Old calls must not be under way, as they use the data too.
    private static CommandOutcome Apply(ClockProcess store, string delta, params string[] more) =>
        HotpatchCommand.Run(["apply", delta, "--pid", $"{store.Pid}", .. more.Length > 0 ? more : ["--active", "wait"]]);

    private static CommandOutcome Rollback(ClockProcess store) => HotpatchCommand.Run("rollback", "--pid", $"{store.Pid}", "--active", "wait");

    private ClockProcess Start() => ClockProcess.Start(s_build.WriteTo(Directory.CreateDirectory(Path.Combine(_folder, "program")).FullName), ("TMPDIR", _folder));
}
