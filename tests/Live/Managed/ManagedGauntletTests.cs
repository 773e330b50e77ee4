using HotpatchBuild.Tests.Live.Native;

namespace HotpatchBuild.Tests.Live.Managed;

/// <summary>Code of every kind in a process with tiering on, optimised and inlined, before, after and back.</summary>
[Collection(ManagedProgramsCollection.Name)]
public sealed class ManagedGauntletTests(ManagedPrograms programs)
{
    /// <summary>Code that the runtime made itself, with a method of the program inside: without the profiler from the start it stays old.</summary>
    private static readonly string[] s_dynamicCode = ["compiled expression", "compiled expression, inlining", "reflection", "reflection, property", "JSON getter", "JSON getter of a struct", "JSON setter"];

    [Fact]
    public void Every_kind_of_code_is_new_after_apply_and_superseding_and_old_after_rollback()
    {
        ManagedProgramBuild program = programs.Gauntlet;
        using ManagedGauntlet gauntlet = ManagedGauntlet.Start(program.Output);
        gauntlet.AssertVersion(1);

        Apply(program["v2"], gauntlet);
        gauntlet.AssertVersion(2);

        Rollback(gauntlet);
        gauntlet.AssertVersion(1);

        Apply(program["v2"], gauntlet);
        gauntlet.AssertVersion(2);

        Apply(program["v3"], gauntlet);
        gauntlet.AssertVersion(3);

        Rollback(gauntlet);
        gauntlet.AssertVersion(1);
        gauntlet.AssertEndsWell();
    }

    [Fact]
    public void In_a_process_that_was_not_prepared_only_dynamic_code_can_stay_old_and_apply_says_so()
    {
        ManagedProgramBuild program = programs.Gauntlet;
        using ManagedGauntlet gauntlet = ManagedGauntlet.Start(program.Output, prepared: false);
        gauntlet.AssertVersion(1);

        CommandOutcome outcome = Apply(program["v2"], gauntlet);
        IEnumerable<string> old = gauntlet.Differences(2).Where(difference => !s_dynamicCode.Contains(difference.Key)).Select(difference => difference.Value);
        Assert.Empty(old);
        Assert.Contains("HPB4121", outcome.Output, StringComparison.Ordinal);

        Rollback(gauntlet);
        gauntlet.AssertVersion(1);
        gauntlet.AssertEndsWell();
    }

    [Fact]
    public void No_call_is_older_than_one_before_it_while_versions_are_switched()
    {
        ManagedProgramBuild program = programs.Gauntlet;
        using ManagedGauntlet gauntlet = ManagedGauntlet.Start(program.Output);
        gauntlet.Ask("invariant start 2");
        for (int cycle = 0; cycle < 3; cycle++)
        {
            gauntlet.Ask("invariant turn 1");
            Apply(program["v2"], gauntlet);
            Apply(program["v3"], gauntlet);
            gauntlet.Ask("invariant turn -1");
            Apply(program["v2"], gauntlet);
            Rollback(gauntlet);
        }

        string seen = gauntlet.Ask("invariant stop");

        Assert.Contains(" wrong=0 ", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("calls=0 ", seen, StringComparison.Ordinal);
        gauntlet.AssertEndsWell();
    }

    [Fact]
    public void A_thread_that_never_leaves_old_code_is_reported_until_it_does()
    {
        ManagedProgramBuild program = programs.Gauntlet;
        using ManagedGauntlet gauntlet = ManagedGauntlet.Start(program.Output);
        gauntlet.Ask("spin start");

        CommandOutcome applied = Apply(program["v2"], gauntlet);

        Assert.Matches(@"Spinning\.Spin\(\).* on thread [0-9]+", applied.Output);
        Assert.Equal("v1", gauntlet.Ask("spin last"));
        Assert.Contains("Spin", Status(gauntlet), StringComparison.Ordinal);

        gauntlet.Ask("spin stop");

        Assert.DoesNotContain("Spin", Status(gauntlet), StringComparison.Ordinal);
        gauntlet.Ask("spin start");
        Assert.Equal("v2", gauntlet.Ask("spin stop"));
        gauntlet.AssertEndsWell();
    }

    [Fact]
    public void Calls_under_way_end_in_the_code_they_began_in_and_the_next_ones_are_new()
    {
        ManagedProgramBuild program = programs.Gauntlet;
        using ManagedGauntlet gauntlet = ManagedGauntlet.Start(program.Output);
        gauntlet.Ask("under-way begin");

        CommandOutcome applied = Apply(program["v2"], gauntlet);

        Assert.Contains("Held.Waiting", applied.Output, StringComparison.Ordinal);
        Assert.Equal("v1 v1 async,v1 second,v1 waiting", gauntlet.Ask("under-way end"));
        gauntlet.Ask("under-way begin");
        Assert.Equal("v2 v2 async,v2 second,v2 waiting", gauntlet.Ask("under-way end"));

        gauntlet.Ask("under-way begin");
        Rollback(gauntlet);
        Assert.Equal("v2 v2 async,v2 second,v2 waiting", gauntlet.Ask("under-way end"));
        gauntlet.Ask("under-way begin");
        Assert.Equal("v1 v1 async,v1 second,v1 waiting", gauntlet.Ask("under-way end"));
        gauntlet.AssertEndsWell();
    }

    [Fact]
    public void Values_of_added_instance_fields_live_as_long_as_their_objects_whatever_delta_is_in_force()
    {
        ManagedProgramBuild program = programs.Gauntlet;
        using ManagedGauntlet gauntlet = ManagedGauntlet.Start(program.Output);
        Assert.Equal("v1 not counted", gauntlet.Ask("beside count"));
        Apply(program["v2"], gauntlet);
        Assert.Equal("v2 counted 1", gauntlet.Ask("beside count"));
        Assert.Equal("v2 counted 2", gauntlet.Ask("beside count"));
        Assert.Equal("v2 wrong 0", gauntlet.Ask("beside race"));
        Assert.Equal("v2 alive 0", gauntlet.Ask("beside alive"));
        Assert.Equal("v2 v2 closed by hand", gauntlet.Ask("beside finalized"));

        Rollback(gauntlet);
        Assert.Equal("v1 not counted", gauntlet.Ask("beside count"));

        Apply(program["v3"], gauntlet);
        Assert.Equal("v3 counted 3", gauntlet.Ask("beside count"));
        gauntlet.Ask("warm");
        Assert.Equal("v3 wrong 0", gauntlet.Ask("beside race"));
        Assert.Equal("v3 alive 0", gauntlet.Ask("beside alive"));
        Assert.Equal("v3 counted 4", gauntlet.Ask("beside count"));
        gauntlet.AssertEndsWell();
    }

    [Fact]
    public void Values_of_added_static_fields_outlive_a_rollback_and_are_found_by_the_next_delta()
    {
        ManagedProgramBuild program = programs.Gauntlet;
        using ManagedGauntlet gauntlet = ManagedGauntlet.Start(program.Output);
        Apply(program["v2"], gauntlet);
        Assert.Equal("v2 counted 1", gauntlet.Ask("count"));
        Assert.Equal("v2 counted 2", gauntlet.Ask("count"));

        Apply(program["v3"], gauntlet);
        Assert.Equal("v3 counted 3", gauntlet.Ask("count"));

        Rollback(gauntlet);
        Assert.Equal("v1 not counted", gauntlet.Ask("count"));

        Apply(program["v2"], gauntlet);
        Assert.Equal("v2 counted 4", gauntlet.Ask("count"));
        gauntlet.AssertEndsWell();
    }

    [Fact]
    public void Of_two_deltas_that_change_inlined_common_code_one_can_be_taken_back()
    {
        ManagedProgramBuild program = programs.Gauntlet;
        using ManagedGauntlet gauntlet = ManagedGauntlet.Start(program.Output);
        HashSet<string> common = ["inlined", "inlined three levels deep", "inlined across assemblies", "inlined across assemblies, three levels deep", "library inlined into a plug-in"];

        Apply(program["common"], gauntlet);
        AssertOnly(common);
        Apply(program["v3"], gauntlet);
        gauntlet.AssertVersion(3);
        Apply(program["common"], gauntlet);
        AssertOnly(common);
        gauntlet.Ask("warm");
        AssertOnly(common);
        Rollback(gauntlet);
        gauntlet.AssertVersion(1);
        gauntlet.AssertEndsWell();

        void AssertOnly(HashSet<string> changed)
        {
            // A compiled expression calls one of them too, beside a getter that is not changed.
            Assert.Equal(changed.Append("compiled expression, inlining").Order(), gauntlet.Differences(1).Keys.Order());
            Assert.Empty(gauntlet.Differences(2).Keys.Intersect(changed));
        }
    }

    [Fact]
    public void An_assembly_in_a_collectible_context_is_refused_by_name_and_nothing_is_changed()
    {
        ManagedProgramBuild program = programs.Gauntlet;
        using ManagedGauntlet gauntlet = ManagedGauntlet.Start(program.Output);
        Assert.Equal("v1 hello you", gauntlet.Ask("collectible"));

        CommandOutcome outcome = HotpatchCommand.Run("apply", program["v2"], "--pid", $"{gauntlet.Pid}");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("Gauntlet.Plugin", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("collectible", outcome.Errors, StringComparison.Ordinal);
        gauntlet.AssertVersion(1);
        gauntlet.AssertEndsWell();
    }

    private static CommandOutcome Apply(string delta, ManagedGauntlet gauntlet) => HotpatchCommand.Run("apply", delta, "--pid", $"{gauntlet.Pid}").AssertDone();

    private static void Rollback(ManagedGauntlet gauntlet) => HotpatchCommand.Run("rollback", "--pid", $"{gauntlet.Pid}").AssertDone();

    private static string Status(ManagedGauntlet gauntlet) => HotpatchCommand.Run("status", "--pid", $"{gauntlet.Pid}").AssertDone().Output;
}
