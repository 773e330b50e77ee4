using System.Diagnostics;

namespace HotpatchBuild.Tests.Live.Native;

/// <summary>Code of every kind, patched while threads run it and the collector moves what it holds.</summary>
[Collection(NativePrograms.Name)]
public sealed class GauntletTests(Programs programs)
{
    /// <summary>How long the stress goes on; HOTPATCH_STRESS_SECONDS makes it longer.</summary>
    private static readonly TimeSpan s_duration =
        TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("HOTPATCH_STRESS_SECONDS") ?? "20", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>What is put in force, and the version that all checks then meet; the last two change none of the checked functions.</summary>
    private static readonly (string? Delta, int Version)[] s_steps = [("v2", 2), ("v3", 3), (null, 1), ("leaf2", 1), ("leaf3", 1)];

    [Fact]
    public void Every_kind_of_code_is_right_in_every_version_while_threads_run_and_collections_move_objects()
    {
        BuiltProgram program = programs.Gauntlet;
        using var gauntlet = GauntletProcess.Start(program.Executable, workers: 3);
        using var engine = new LiveEngine(gauntlet.Pid, restingPatience: TimeSpan.FromMilliseconds(5));
        var random = new Random(1);
        int switches = 0;
        gauntlet.Ask("expect 1");
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < s_duration; switches++)
        {
            (string? delta, int version) = s_steps[switches < s_steps.Length ? switches : random.Next(s_steps.Length)];
            if (switches % 10 == 5)
                gauntlet.Ask("grow 24");
            gauntlet.Ask("expect 0");
            if (delta is null)
                engine.Engine.Rollback();
            else
                engine.Apply(program[delta]);
            gauntlet.Ask($"expect {version}");
            if (switches % 5 == 0)
                gauntlet.AssertVersion(version);
            IReadOnlyDictionary<string, long> now = gauntlet.Statistics();
            Assert.True(now["bad"] == 0, $"After {switches} switches: {gauntlet.Ask("problems")}");
        }

        IReadOnlyDictionary<string, long> seen = gauntlet.Statistics();
        Assert.True(switches >= 50, $"Only {switches} switches.");
        Assert.True(seen["v1"] > 1000 && seen["v2"] > 1000 && seen["v3"] > 1000, gauntlet.Ask("statistics"));
        Assert.True(seen["gc0"] > 100 && seen["gc2"] > 10, gauntlet.Ask("statistics"));
        Assert.Equal(HotpatchBuild.Runtime.Native.Engine.Agreement.Agree, engine.Engine.Status().Agreement);
        gauntlet.AssertEndsWell();
    }

    [Fact]
    public void A_call_that_is_under_way_ends_in_the_code_it_began_in_and_the_next_one_is_new()
    {
        BuiltProgram program = programs.Gauntlet;
        using var gauntlet = GauntletProcess.Start(program.Executable);
        Hold(gauntlet);
        HotpatchCommand.Run("apply", program["v2"], "--pid", $"{gauntlet.Pid}").AssertDone();
        gauntlet.AssertVersion(2);
        Assert.Equal("waiting=1,2 reading=1,2 sleeping=1,2 recursive=17,34", gauntlet.Ask("release"));

        Hold(gauntlet);
        HotpatchCommand.Run("apply", program["v3"], "--pid", $"{gauntlet.Pid}").AssertDone();
        gauntlet.AssertVersion(3);
        Assert.Equal("waiting=2,3 reading=2,3 sleeping=2,3 recursive=34,51", gauntlet.Ask("release"));

        Hold(gauntlet);
        HotpatchCommand.Run("rollback", "--pid", $"{gauntlet.Pid}").AssertDone();
        gauntlet.AssertVersion(1);
        Assert.Equal("waiting=3,1 reading=3,1 sleeping=3,1 recursive=51,17", gauntlet.Ask("release"));
        gauntlet.AssertEndsWell();
    }

    [Fact]
    public void Stack_traces_can_be_read_in_old_and_new_code()
    {
        BuiltProgram program = programs.Gauntlet;
        using var gauntlet = GauntletProcess.Start(program.Executable);
        Assert.Contains("at Patched.Throwing(Int32 n)", gauntlet.Ask("trace"), StringComparison.Ordinal);
        HotpatchCommand.Run("apply", program["v2"], "--pid", $"{gauntlet.Pid}").AssertDone();

        string trace = gauntlet.Ask("trace");

        // The stack-trace map stays the baseline's: old frames have their names, new ones their address.
        Assert.Contains("System.InvalidOperationException: v2 thrown for 1", trace, StringComparison.Ordinal);
        Assert.Contains("System.InvalidOperationException: v2 thrown for 2", trace, StringComparison.Ordinal);
        Assert.Contains("at Program.", trace, StringComparison.Ordinal);
        Assert.Matches("at (App!<BaseAddress>\\+0x[0-9a-f]+|Patched\\.Throwing)", trace);
        gauntlet.AssertEndsWell();
    }

    [Fact]
    public void Objects_of_a_new_class_outlive_the_rollback_and_are_known_when_the_delta_comes_back()
    {
        BuiltProgram program = programs.Gauntlet;
        using var gauntlet = GauntletProcess.Start(program.Executable);
        string pid = $"{gauntlet.Pid}";
        HotpatchCommand.Run("apply", program["v2"], "--pid", pid).AssertDone();
        Assert.Equal("v2:1/1", gauntlet.Ask("kinds"));
        HotpatchCommand.Run("rollback", "--pid", pid).AssertDone();
        Assert.Equal("v1:1/2", gauntlet.Ask("kinds"));
        HotpatchCommand.Run("apply", program["v2"], "--pid", pid).AssertDone();
        Assert.Equal("v2:2/3", gauntlet.Ask("kinds"));
        gauntlet.AssertEndsWell();
    }

    /// <summary>Metadata stays the baseline's, so the type of a new class has no name: asking for it throws, and harms nothing else.</summary>
    [Fact]
    public void The_name_of_a_new_class_is_not_known()
    {
        BuiltProgram program = programs.Gauntlet;
        using var gauntlet = GauntletProcess.Start(program.Executable);
        Assert.Equal("Square", gauntlet.Ask("name"));
        HotpatchCommand.Run("apply", program["v2"], "--pid", $"{gauntlet.Pid}").AssertDone();
        Assert.Equal(nameof(InvalidOperationException), gauntlet.Ask("name"));
        gauntlet.AssertVersion(2);
        gauntlet.AssertEndsWell();
    }

    private static void Hold(GauntletProcess gauntlet)
    {
        foreach (string kind in (string[])["waiting", "reading", "sleeping", "recursive"])
            Assert.Equal("held", gauntlet.Ask("hold " + kind));
    }
}
