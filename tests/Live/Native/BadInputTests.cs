using System.Diagnostics;
using HotpatchBuild.Runtime.Native.Engine;

namespace HotpatchBuild.Tests.Live.Native;

/// <summary>What cannot be applied: one line that says why, its exit code, and a process that goes on as if nothing had been asked.</summary>
[Collection(NativePrograms.Name)]
public sealed class BadInputTests(Programs programs) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hotpatch-bad-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_delta_for_another_build_of_the_same_sources()
    {
        using var gauntlet = GauntletProcess.Start(programs.Gauntlet.Executable);
        Apply(programs.Crowded["v2"], gauntlet.Pid).AssertRefused("HPB4501", 2);
        Check(programs.Crowded["v2"], gauntlet.Pid).AssertRefused("HPB4501", 2);
        AssertUnharmed(gauntlet);
    }

    [Fact]
    public void A_delta_for_another_program()
    {
        using var gauntlet = GauntletProcess.Start(programs.Gauntlet.Executable);
        Apply(programs.Pricing["0001-rounding"], gauntlet.Pid).AssertRefused("HPB4501", 2);
        AssertUnharmed(gauntlet);
    }

    [Fact]
    public void A_file_that_is_cut_off_altered_missing_or_something_else()
    {
        BuiltProgram program = programs.Gauntlet;
        using var gauntlet = GauntletProcess.Start(program.Executable);
        byte[] delta = File.ReadAllBytes(program["v2"]);
        Apply(Changed(delta[..(delta.Length / 2)]), gauntlet.Pid).AssertRefused("HPB3204", 4);
        // One bit, anywhere: no byte of the file is without a check.
        for (int at = 0; at < delta.Length; at += delta.Length / 8)
        {
            byte[] altered = [.. delta];
            altered[at] ^= 0x10;
            CommandOutcome outcome = Apply(Changed(altered), gauntlet.Pid);
            Assert.True(outcome.ExitCode is 1 or 4, $"A bit of byte {at}: exit code {outcome.ExitCode}, {outcome.Output}{outcome.Errors}");
            Assert.Matches("^hotpatch: HPB3[0-9]{3}: [^\n]+\n$", outcome.Errors);
        }
        Apply(Path.Combine(_folder, "none.hotpatch"), gauntlet.Pid).AssertRefused("HPB3201", 1);
        Apply(program.Executable, gauntlet.Pid).AssertRefused("HPB3202", 1);
        AssertUnharmed(gauntlet);
    }

    [Fact]
    public void A_process_that_is_not_there_or_was_not_built_for_it()
    {
        BuiltProgram program = programs.Gauntlet;
        // Above every id that the kernel gives (PID_MAX_LIMIT, linux/threads.h).
        Apply(program["v2"], (1 << 22) + 1).AssertRefused("HPB4001", 3);
        using Process sleeping = Process.Start("sleep", "600");
        try
        {
            Apply(program["v2"], sleeping.Id).AssertRefused("HPB3010", 2);
            HotpatchCommand.Run("status", "--pid", $"{sleeping.Id}").AssertRefused("HPB3010", 2);
            Assert.False(sleeping.HasExited);
        }
        finally
        {
            sleeping.Kill();
            sleeping.WaitForExit();
        }
    }

    [Fact]
    public void A_process_with_a_debugger()
    {
        BuiltProgram program = programs.Gauntlet;
        using var gauntlet = GauntletProcess.Start(program.Executable);
        using (new Tracer(gauntlet.Pid))
        {
            Apply(program["v2"], gauntlet.Pid).AssertRefused("HPB4007", 3);
            AssertUnharmed(gauntlet);
        }
        Apply(program["v2"], gauntlet.Pid).AssertDone();
        gauntlet.AssertVersion(2);
    }

    [Fact]
    public async Task A_process_that_ends_while_the_command_is_at_work()
    {
        BuiltProgram program = programs.Gauntlet;
        var random = new Random(2);
        for (int i = 0; i < 12; i++)
        {
            using var gauntlet = GauntletProcess.Start(program.Executable, workers: 2);
            using Process apply = HotpatchCommand.Start("apply", program["v2"], "--pid", $"{gauntlet.Pid}");
            Task<string> errors = apply.StandardError.ReadToEndAsync();
            // Somewhere between the command's start and its end.
            apply.WaitForExit(random.Next(20, 160));
            using (Process target = Process.GetProcessById(gauntlet.Pid))
                target.Kill();
            await apply.WaitForExitAsync();
            string said = await errors;
            Assert.True(apply.ExitCode is 0 or 3, $"Exit code {apply.ExitCode}: {said}");
            Assert.Matches(apply.ExitCode == 0 ? "^$" : "^hotpatch: HPB40[0-9]{2}: [^\n]+\n$", said);
        }
    }

    [Fact]
    public void An_arena_that_is_full()
    {
        BuiltProgram program = programs.Crowded;
        using var gauntlet = GauntletProcess.Start(program.Executable);
        Apply(program["v2"], gauntlet.Pid).AssertDone();
        Check(program["v3"], gauntlet.Pid).AssertRefused("HPB4406", 2);
        Apply(program["v3"], gauntlet.Pid).AssertRefused("HPB4406", 2);
        gauntlet.AssertVersion(2);
        // What is loaded can still be taken back and put in force again.
        HotpatchCommand.Run("rollback", "--pid", $"{gauntlet.Pid}").AssertDone();
        gauntlet.AssertVersion(1);
        Apply(program["v2"], gauntlet.Pid).AssertDone();
        gauntlet.AssertVersion(2);
        gauntlet.AssertEndsWell();
    }

    [Fact]
    public void Code_in_memory_that_is_not_as_it_was_built()
    {
        BuiltProgram program = programs.Gauntlet;
        using var gauntlet = GauntletProcess.Start(program.Executable);
        Apply(program["v2"], gauntlet.Pid).AssertDone();
        HotpatchCommand.Run("rollback", "--pid", $"{gauntlet.Pid}").AssertDone();
        ulong function;
        using (var engine = new LiveEngine(gauntlet.Pid))
            function = engine.Engine.Status().Functions.Single(one => one.DisplayName.Contains("HeldSleeping", StringComparison.Ordinal)).Baseline;

        // In the word that is switched, and behind it.
        foreach (ulong at in (ulong[])[function, function + 10])
        {
            using (new ForeignByte(gauntlet.Pid, at))
            {
                Apply(program["v2"], gauntlet.Pid).AssertRefused("HPB4503", 2);
                AssertUnharmed(gauntlet);
            }
        }
        Apply(program["v2"], gauntlet.Pid).AssertDone();
        using (new ForeignByte(gauntlet.Pid, function))
            HotpatchCommand.Run("rollback", "--pid", $"{gauntlet.Pid}").AssertRefused("HPB4507", 2);
        gauntlet.AssertVersion(2);
        HotpatchCommand.Run("rollback", "--pid", $"{gauntlet.Pid}").AssertDone();
        gauntlet.AssertVersion(1);
        gauntlet.AssertEndsWell();
    }

    [Fact]
    public void A_command_that_is_killed_anywhere_leaves_what_the_next_one_repairs()
    {
        BuiltProgram program = programs.Gauntlet;
        using var gauntlet = GauntletProcess.Start(program.Executable, workers: 2);
        var random = new Random(3);
        int killed = 0;
        for (int i = 0; i < 60; i++)
        {
            string[] arguments = (i % 3) switch
            {
                0 => ["apply", program["v2"], "--pid", $"{gauntlet.Pid}"],
                1 => ["apply", program["v3"], "--pid", $"{gauntlet.Pid}"],
                _ => ["rollback", "--pid", $"{gauntlet.Pid}"],
            };
            using (Process command = HotpatchCommand.Start(arguments))
            {
                if (!command.WaitForExit(random.Next(40, 200)))
                {
                    command.Kill();
                    killed++;
                }
                command.WaitForExit();
            }
            if (i % 10 == 9)
            {
                HotpatchCommand.Run("status", "--pid", $"{gauntlet.Pid}").AssertDone();
                Apply(program["v2"], gauntlet.Pid).AssertDone();
                gauntlet.AssertVersion(2);
            }
        }
        Assert.True(killed >= 10, $"Only {killed} commands were killed.");
        HotpatchCommand.Run("rollback", "--pid", $"{gauntlet.Pid}").AssertDone();
        gauntlet.AssertVersion(1);
        using (var engine = new LiveEngine(gauntlet.Pid))
            Assert.Equal(Agreement.Agree, engine.Engine.Status().Agreement);
        gauntlet.AssertEndsWell();
    }

    private static CommandOutcome Apply(string delta, int pid) => HotpatchCommand.Run("apply", delta, "--pid", $"{pid}");

    private static CommandOutcome Check(string delta, int pid) => HotpatchCommand.Run("check", delta, "--pid", $"{pid}");

    private static void AssertUnharmed(GauntletProcess gauntlet)
    {
        gauntlet.AssertVersion(1);
        Assert.Equal(0, gauntlet.Statistics()["bad"]);
    }

    private string Changed(byte[] delta)
    {
        string file = Path.Combine(_folder, "changed.hotpatch");
        File.WriteAllBytes(file, delta);
        return file;
    }
}
