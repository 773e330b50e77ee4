using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Tests.Live.Managed.BadInput;
using HotpatchBuild.Tests.Live.Native;

namespace HotpatchBuild.Tests.Live.Managed;

/// <summary>What becomes of a call that is under way in the method that is switched: a thread stands in it until it is told to go on.</summary>
[SupportedOSPlatform("linux")]
public sealed class ActiveCodeTests : IDisposable
{
    /// <summary>New code that can be held as the baseline's can.</summary>
    private const string Holding = "if (n == 0) { Clock.Words.Held.Set(); Clock.Words.Release.Wait(); Clock.Words.Released.Set(); } return \"holding \" + n;";

    private static readonly ClockBuild s_build = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("hotpatch-active-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Check_names_it_and_changes_nothing()
    {
        using var clock = Start();
        string delta = Write(s_build.Delta("new"));
        Assert.Contains("no call is under way now in what would be switched", Run("check", delta, clock).AssertDone().Output);
        Assert.Equal("held", clock.Ask("hold"));
        Assert.Matches(@"calls are under way now, which would finish with the code they began with:\n    Clock\.Words\.Say\(int\) in thread \d+\n", Run("check", delta, clock).AssertDone().Output);
        Assert.Contains("for which apply would be refused", Run("check", delta, clock, "--active", "refuse").AssertDone().Output);
        using JsonDocument json = JsonDocument.Parse(Run("check", delta, clock, "--json", "--active", "wait").AssertDone().Output);
        Assert.Equal("wait", json.RootElement.GetProperty("activeCode").GetString());
        JsonElement call = Assert.Single(json.RootElement.GetProperty("processes")[0].GetProperty("change").GetProperty("active").EnumerateArray());
        Assert.Equal(("Clock.Words.Say(int)", "frame"), (call.GetProperty("method").GetString(), call.GetProperty("kind").GetString()));
        Assert.True(Directory.Exists($"/proc/{clock.Pid}/task/{call.GetProperty("thread").GetInt32()}"));
        Assert.NotEqual(clock.Pid, call.GetProperty("thread").GetInt32());
        clock.AssertSays("baseline");
    }

    [Fact]
    public void Refuse_changes_nothing_while_it_lasts()
    {
        using var clock = Start();
        string delta = Write(s_build.Delta("new", new DeltaActiveCode(ActiveCodePolicy.Refuse, 10)));
        Assert.Equal("held", clock.Ask("hold"));
        Run("apply", delta, clock).AssertRefused("HPB4145", 2);
        Assert.Matches(@"refused then: Clock\.Words\.Say\(int\) in thread \d+\.", Run("apply", delta, clock).Errors);
        clock.AssertSays("baseline");
        Assert.Contains("the baseline is in force", HotpatchCommand.Run("status", "--pid", $"{clock.Pid}").AssertDone().Output);
        Assert.Equal("released", clock.Ask("release"));
        ApplyWhenLeft(clock, delta);
        clock.AssertSays("new");
    }

    [Fact]
    public void The_command_line_decides_where_it_says_anything()
    {
        using var clock = Start();
        Assert.Equal("held", clock.Ask("hold"));
        Run("apply", Write(s_build.Delta("first")), clock, "--active", "refuse").AssertRefused("HPB4145", 2);
        Run("apply", Write(s_build.Delta("second", new DeltaActiveCode(ActiveCodePolicy.Refuse, 10))), clock, "--active", "finish").AssertDone();
        clock.AssertSays("second");
        Assert.Equal("released", clock.Ask("release"));
    }

    [Fact]
    public async Task Wait_switches_when_it_has_ended_and_not_before()
    {
        using var clock = Start();
        string delta = Write(s_build.Delta("new", new DeltaActiveCode(ActiveCodePolicy.Wait, 60)));
        Assert.Equal("held", clock.Ask("hold"));
        Run("apply", delta, clock, "--timeout", "0.5").AssertRefused("HPB4146", 5);
        clock.AssertSays("baseline");

        using Process apply = HotpatchCommand.Start("apply", delta, "--pid", $"{clock.Pid}");
        // Long enough for many looks; were one of them wrong, the program would say so.
        for (int i = 0; i < 20; i++)
        {
            clock.AssertSays("baseline");
            await Task.Delay(50);
        }
        Assert.False(apply.HasExited);
        Assert.Equal("released", clock.Ask("release"));
        await apply.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, apply.ExitCode);
        clock.AssertSays("new");
        // Nothing old was left, so nothing is told of.
        Assert.DoesNotContain("old code that still runs", await apply.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rollback_has_the_same_choice()
    {
        using var clock = Start();
        Run("apply", Write(s_build.Delta("holding", body: Holding, references: s_build.Program)), clock).AssertDone();
        clock.AssertSays("holding");
        Assert.Equal("held", clock.Ask("hold"));
        Roll(clock, "--active", "refuse").AssertRefused("HPB4145", 2);
        Roll(clock, "--active", "wait", "--timeout", "0.3").AssertRefused("HPB4146", 5);
        clock.AssertSays("holding");
        // A newer delta takes the same code out of force.
        Run("apply", Write(s_build.Delta("newer")), clock, "--active", "refuse").AssertRefused("HPB4145", 2);
        Assert.Equal("released", clock.Ask("release"));
        Assert.True(SpinWait.SpinUntil(() => Roll(clock, "--active", "refuse").ExitCode == 0, TimeSpan.FromSeconds(30)));
        clock.AssertSays("baseline");
    }

    [Fact]
    public void A_call_of_the_baseline_is_not_in_the_way_of_the_baseline()
    {
        using var clock = Start();
        Assert.Equal("held", clock.Ask("hold"));
        string delta = Write(s_build.Delta("new"));
        Run("apply", delta, clock).AssertDone();
        clock.AssertSays("new");
        Roll(clock, "--active", "refuse").AssertDone();
        clock.AssertSays("baseline");
        Run("apply", delta, clock, "--active", "refuse").AssertRefused("HPB4145", 2);
        Assert.Equal("released", clock.Ask("release"));
    }

    private void ApplyWhenLeft(ClockProcess clock, string delta) =>
        // The call has yet to return after its last word.
        Assert.True(SpinWait.SpinUntil(() => Run("apply", delta, clock).ExitCode == 0, TimeSpan.FromSeconds(30)));

    private static CommandOutcome Run(string command, string delta, ClockProcess clock, params string[] more) => HotpatchCommand.Run([command, delta, "--pid", $"{clock.Pid}", .. more]);

    private static CommandOutcome Roll(ClockProcess clock, params string[] more) => HotpatchCommand.Run(["rollback", "--pid", $"{clock.Pid}", .. more]);

    private ClockProcess Start() => ClockProcess.Start(s_build.WriteTo(Directory.CreateDirectory(Path.Combine(_folder, "program")).FullName), ("TMPDIR", _folder));

    private string Write(DeltaFile delta)
    {
        string file = Path.Combine(_folder, $"{delta.Manifest.Id}.hotpatch");
        delta.Write(file);
        return file;
    }
}
