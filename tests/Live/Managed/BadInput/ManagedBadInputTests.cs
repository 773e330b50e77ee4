using System.Diagnostics;
using System.Runtime.Versioning;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Tests.Live.Native;
using Microsoft.CodeAnalysis;

namespace HotpatchBuild.Tests.Live.Managed.BadInput;

/// <summary>What stands between the tool and a CoreCLR process: one line that says why, its exit code, and a process that goes on as if nothing had been asked.</summary>
[SupportedOSPlatform("linux")]
public sealed class ManagedBadInputTests : IDisposable
{
    private static readonly ClockBuild s_build = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("hotpatch-bad-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Nothing_is_wrong()
    {
        using var clock = Start();
        clock.AssertSays("baseline");
        string delta = Write(s_build.Delta("first")), second = Write(s_build.Delta("second"));
        Assert.Contains("can be applied", Run("check", delta, clock).AssertDone().Output);
        clock.AssertSays("baseline");
        CommandOutcome apply = Run("apply", delta, clock).AssertDone();
        Assert.Contains("functions: 1 patched", apply.Output);
        Assert.Matches("HPB412[12]: ", apply.Output);
        clock.AssertSays("first");
        Assert.Contains("in force already", Run("apply", delta, clock).AssertDone().Output);
        Assert.Contains("functions: 1 superseded", Run("apply", second, clock).AssertDone().Output);
        clock.AssertSays("second");
        string status = HotpatchCommand.Run("status", "--history", "--pid", $"{clock.Pid}").AssertDone().Output;
        Assert.Contains("v1 -> second", status);
        Assert.Contains("superseded", status);
        Assert.Contains("no old code runs any more", status);
        Assert.Contains("rolled back", Roll(clock).AssertDone().Output);
        clock.AssertSays("baseline");
        Assert.Contains("the baseline is in force already", Roll(clock).AssertDone().Output);
        clock.End();
        Assert.Empty(Directory.GetDirectories(_folder, "hotpatch-*"));
    }

    [Fact]
    public void A_call_that_began_before_the_switch_is_told_until_it_ends()
    {
        using var clock = Start();
        Assert.Equal("held", clock.Ask("hold"));
        Assert.Matches(@"old code that still runs:\n    Clock\.Words\.Say\(int\): 1 call that began before the switch, on thread \d+\n", Run("apply", Write(s_build.Delta("new")), clock).AssertDone().Output);
        clock.AssertSays("new");
        string[] status = ["status", "--pid", $"{clock.Pid}"];
        Assert.Contains("1 call that began before the switch", HotpatchCommand.Run(status).AssertDone().Output);
        Assert.Equal("released", clock.Ask("release"));
        // The call has yet to return after its last word.
        Assert.True(SpinWait.SpinUntil(() => HotpatchCommand.Run(status).AssertDone().Output.Contains("no old code runs any more", StringComparison.Ordinal), TimeSpan.FromSeconds(30)));
        clock.AssertSays("new");
    }

    [Fact]
    public void Diagnostics_switched_off()
    {
        using var clock = Start(("DOTNET_EnableDiagnostics", "0"));
        AssertRefused(clock, Write(s_build.Delta("new")), "HPB4101", 3);
        Assert.Contains("DOTNET_EnableDiagnostics=0", Run("apply", Write(s_build.Delta("new")), clock).Errors);
    }

    [Fact]
    public void A_diagnostics_socket_that_was_removed()
    {
        using var clock = Start();
        foreach (string socket in Directory.GetFiles(_folder, "dotnet-diagnostic-*"))
            File.Delete(socket);
        AssertRefused(clock, Write(s_build.Delta("new")), "HPB4102", 3);
    }

    [Fact]
    public void Startup_hooks_switched_off()
    {
        using var clock = ClockProcess.Start(s_build.WriteTo(Program(), "\"System.StartupHookProvider.IsSupported\": false"), Temporary);
        AssertRefused(clock, Write(s_build.Delta("new")), "HPB4106", 3);
    }

    [Fact]
    public async Task Two_commands_at_once()
    {
        string delta = Write(s_build.Delta("new"));
        for (int i = 0; i < 5; i++)
        {
            using var clock = Start();
            Process[] commands = [.. Enumerable.Range(0, 3).Select(_ => HotpatchCommand.Start("apply", delta, "--pid", $"{clock.Pid}"))];
            foreach (Process command in commands)
            {
                using (command)
                {
                    string errors = await command.StandardError.ReadToEndAsync();
                    await command.WaitForExitAsync();
                    Assert.True(command.ExitCode == 0 || command.ExitCode == 5 && errors.Contains("HPB4109", StringComparison.Ordinal), $"Exit code {command.ExitCode}: {errors}");
                }
            }
            Run("apply", delta, clock).AssertDone();
            clock.AssertSays("new");
        }
    }

    [Fact]
    public void A_process_that_has_only_just_been_started()
    {
        string delta = Write(s_build.Delta("new")), program = s_build.WriteTo(Program());
        for (int i = 0; i < 5; i++)
        {
            using Process starting = ClockProcess.StartOnly(program, Temporary);
            try
            {
                CommandOutcome apply = HotpatchCommand.Run("apply", delta, "--pid", $"{starting.Id}");
                // Before the runtime is in the process, it is one that was not built for hotpatches.
                Assert.True(apply.ExitCode == 0 || apply.Errors.Contains("HPB3010", StringComparison.Ordinal), apply.Errors);
            }
            finally
            {
                starting.Kill();
                starting.WaitForExit();
            }
        }
    }

    [Fact]
    public void A_delta_for_another_build_of_the_same_program()
    {
        using var clock = Start();
        AssertRefused(clock, Write(new ClockBuild("another").Delta("new")), "HPB4105", 2);
    }

    [Fact]
    public void A_delta_whose_methods_are_not_in_the_program()
    {
        using var clock = Start();
        AssertRefused(clock, Write(s_build.Delta("new", token: 0x06000fff)), "HPB4132", 2);
    }

    [Fact]
    public void New_code_that_needs_what_the_process_does_not_have()
    {
        using var clock = Start();
        AssertRefused(clock, Write(s_build.Delta("new", body: "return Missing.Thing.Say(n);", references: Missing())), "HPB4134", 2);
    }

    [Fact]
    public void A_delta_for_the_other_engine()
    {
        using var clock = Start();
        string native = Path.Combine(_folder, "native.hotpatch");
        Unit.Runtime.Tool.SampleDelta.Create().Write(native);
        AssertRefused(clock, native, "HPB4116", 2);
    }

    [Fact]
    public void An_unsigned_delta_where_a_signature_is_required()
    {
        using var clock = Start();
        HotpatchCommand.Run("apply", Write(s_build.Delta("new")), "--require-signature", "--pid", $"{clock.Pid}").AssertRefused("HPB3301", 4);
        clock.AssertSays("baseline");
    }

    [Fact]
    public void A_process_that_is_traced()
    {
        using var clock = Start();
        using (new Tracer(clock.Pid))
            AssertRefused(clock, Write(s_build.Delta("new")), "HPB4007", 3);
        Run("apply", Write(s_build.Delta("new")), clock).AssertDone();
        clock.AssertSays("new");
    }

    [Fact]
    public void A_process_that_is_stopped()
    {
        using var clock = Start();
        string delta = Write(s_build.Delta("new"));
        using (new Stopped(clock.Pid))
            HotpatchCommand.Run("apply", delta, "--pid", $"{clock.Pid}", "--timeout", "1").AssertRefused("HPB4110", 5);
        clock.AssertSays("baseline");
        Run("apply", delta, clock).AssertDone();
        clock.AssertSays("new");
        // With an agent that does not answer, too.
        using (new Stopped(clock.Pid))
            HotpatchCommand.Run("rollback", "--pid", $"{clock.Pid}", "--timeout", "1").AssertRefused("HPB4110", 5);
        Roll(clock).AssertDone();
        clock.AssertSays("baseline");
    }

    [Fact]
    public async Task A_process_that_ends_while_the_command_is_at_work()
    {
        string delta = Write(s_build.Delta("new"));
        var random = new Random(4);
        for (int i = 0; i < 12; i++)
        {
            using var clock = Start();
            using Process apply = HotpatchCommand.Start("apply", delta, "--pid", $"{clock.Pid}");
            Task<string> errors = apply.StandardError.ReadToEndAsync();
            // Somewhere between the command's start and its end.
            apply.WaitForExit(random.Next(60, 400));
            clock.Kill();
            await apply.WaitForExitAsync();
            string said = await errors;
            Assert.True(apply.ExitCode is 0 or 3, $"Exit code {apply.ExitCode}: {said}");
            Assert.Matches(apply.ExitCode == 0 ? "^$" : "^hotpatch: HPB40[0-9]{2}: [^\n]+\n$", said);
        }
    }

    [Fact]
    public void Another_profiler()
    {
        string profiler = Path.Combine(_folder, "libapm.so");
        // Any file with that entry point is one for the runtime; ours under another name serves.
        File.Copy(Path.Combine(AppContext.BaseDirectory, "agent", "libhotpatch.so"), profiler);
        using var clock = Start(
            ("CORECLR_ENABLE_PROFILING", "1"), ("CORECLR_PROFILER", "{846F5F1C-F9AE-4B07-969E-05C26BC060D8}"), ("CORECLR_PROFILER_PATH", profiler));
        AssertRefused(clock, Write(s_build.Delta("new")), "HPB4103", 3);
        Assert.Contains("libapm.so", Run("apply", Write(s_build.Delta("new")), clock).Errors);
    }

    [Fact]
    public void A_folder_in_the_agents_place_that_others_can_get_into()
    {
        using var clock = Start();
        string place = Path.Combine(_folder, $"hotpatch-{clock.Pid}-{StartTime(clock.Pid)}");
        Directory.CreateDirectory(place, (UnixFileMode)0b111_111_111);
        File.SetUnixFileMode(place, (UnixFileMode)0b111_111_111);
        AssertRefused(clock, Write(s_build.Delta("new")), "HPB4113", 3);
        Directory.Delete(place);
        File.CreateSymbolicLink(place, Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName);
        AssertRefused(clock, Write(s_build.Delta("new")), "HPB4113", 3);
    }

    [Fact]
    public void A_command_that_is_killed_anywhere()
    {
        using var clock = Start();
        string delta = Write(s_build.Delta("new"));
        var random = new Random(5);
        for (int i = 0; i < 20; i++)
        {
            using Process command = i % 2 == 0 ? HotpatchCommand.Start("apply", delta, "--pid", $"{clock.Pid}") : HotpatchCommand.Start("rollback", "--pid", $"{clock.Pid}");
            if (!command.WaitForExit(random.Next(60, 300)))
                command.Kill();
            command.WaitForExit();
        }
        Run("apply", delta, clock).AssertDone();
        clock.AssertSays("new");
        Roll(clock).AssertDone();
        clock.AssertSays("baseline");
        clock.End();
        Assert.Empty(Directory.GetDirectories(_folder, "hotpatch-*"));
    }

    [Fact]
    public void A_single_file_program_says_what_it_is()
    {
        // Anything with the mark that the host looks for, and a place of its content in front of it.
        byte[] marker = Convert.FromHexString("8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae");
        string program = Path.Combine(_folder, "single");
        File.WriteAllBytes(program, [.. File.ReadAllBytes("/bin/sleep"), 1, 0, 0, 0, 0, 0, 0, 0, .. marker]);
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        using Process single = Process.Start(program, "600");
        try
        {
            HotpatchCommand.Run("apply", Write(s_build.Delta("new")), "--pid", $"{single.Id}").AssertRefused("HPB4107", 3);
        }
        finally
        {
            single.Kill();
            single.WaitForExit();
        }
    }

    private static MetadataReference Missing() => ClockBuild.Library("Missing", "namespace Missing; public static class Thing { public static string Say(int n) => \"\"; }");

    private (string, string) Temporary => ("TMPDIR", _folder);

    private static CommandOutcome Run(string command, string delta, ClockProcess clock) => HotpatchCommand.Run(command, delta, "--pid", $"{clock.Pid}");

    private static CommandOutcome Roll(ClockProcess clock) => HotpatchCommand.Run("rollback", "--pid", $"{clock.Pid}");

    private static void AssertRefused(ClockProcess clock, string delta, string code, int exitCode)
    {
        clock.AssertSays("baseline");
        Run("check", delta, clock).AssertRefused(code, exitCode);
        Run("apply", delta, clock).AssertRefused(code, exitCode);
        if (code != "HPB4007")
            HotpatchCommand.Run("doctor", "--pid", $"{clock.Pid}");
        clock.AssertSays("baseline");
        Assert.False(clock.HasExited);
    }

    private static string StartTime(int pid) => File.ReadAllText($"/proc/{pid}/stat").Split(' ')[21];

    private ClockProcess Start(params (string, string)[] environment) => ClockProcess.Start(s_build.WriteTo(Program()), [Temporary, .. environment]);

    private string Program() => Directory.CreateDirectory(Path.Combine(_folder, "program")).FullName;

    private string Write(DeltaFile delta)
    {
        string file = Path.Combine(_folder, $"{delta.Manifest.Id}.hotpatch");
        delta.Write(file);
        return file;
    }
}
