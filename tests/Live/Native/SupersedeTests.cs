using HotpatchBuild.Runtime.Native.Engine;

namespace HotpatchBuild.Tests.Live.Native;

/// <summary>One hot function whose entry is switched over and over.</summary>
[Collection(NativePrograms.Name)]
public sealed class SupersedeTests(Programs programs)
{
    [Fact]
    public void A_hot_function_is_superseded_100_000_times_without_stopping_a_thread()
    {
        BuiltProgram program = programs.Gauntlet;
        using var gauntlet = GauntletProcess.Start(program.Executable, workers: 1);
        using var engine = new LiveEngine(gauntlet.Pid, restingPatience: TimeSpan.FromMilliseconds(5));
        engine.Apply(program["leaf2"]);
        IReadOnlyDictionary<string, long> before = gauntlet.Statistics();
        for (int i = 0; i < 100_000; i++)
        {
            ChangeReport report = engine.Apply(program[i % 2 == 0 ? "leaf3" : "leaf2"]);
            Assert.Equal((0, TimeSpan.Zero, 1), (report.Switch!.Threads, report.Switch.Stopped, report.Functions.Length));
            Assert.Equal(FunctionChange.Superseded, report.Functions[0].Change);
        }

        IReadOnlyDictionary<string, long> after = gauntlet.Statistics();
        Assert.True(after["bad"] == 0, gauntlet.Ask("problems"));
        // Every collection suspends the thread that does nothing but call the function.
        Assert.True(after["gc0"] - before["gc0"] > 100 && after["gc2"] - before["gc2"] > 10, gauntlet.Ask("statistics"));
        Assert.Equal(Agreement.Agree, engine.Engine.Status().Agreement);
        gauntlet.AssertEndsWell();
    }

    /// <summary>First patches, which stop and check all threads; HOTPATCH_STRESS_APPLIES makes it more.</summary>
    [Fact]
    public void A_hot_function_is_patched_and_rolled_back_hundreds_of_times_under_load()
    {
        int applies = int.Parse(Environment.GetEnvironmentVariable("HOTPATCH_STRESS_APPLIES") ?? "500", System.Globalization.CultureInfo.InvariantCulture);
        BuiltProgram program = programs.Gauntlet;
        using var gauntlet = GauntletProcess.Start(program.Executable, workers: 3);
        using var engine = new LiveEngine(gauntlet.Pid, restingPatience: TimeSpan.FromMilliseconds(5));
        for (int i = 0; i < applies; i++)
        {
            ChangeReport report = engine.Apply(program[i % 4 < 2 ? "leaf2" : "v2"]);
            Assert.True(report.Switch!.Threads >= 5);
            engine.Engine.Rollback();
        }
        Assert.True(gauntlet.Statistics()["bad"] == 0, gauntlet.Ask("problems"));
        gauntlet.AssertVersion(1);
        gauntlet.AssertEndsWell();
    }
}
