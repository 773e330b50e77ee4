using System.Runtime.CompilerServices;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Interop;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Runtime.Native.Switching;

/// <summary>Passes all code of a switch once against a process of our own. The first pass of .NET code compiles it, which takes 7 to 16 ms, and the target must not stand
/// still for that.</summary>
internal static class Rehearsal
{
    private static readonly TimeSpan StepLimit = TimeSpan.FromMilliseconds(0.5);
    private static bool done;

    /// <summary>Does it, the first time it is called. A machine without <c>cat</c> only pays with a longer stop.</summary>
    internal static unsafe void Once()
    {
        if (done)
            return;
        done = true;
        int* pipe = stackalloc int[2];
        if (Files.Pipe(pipe, Files.CloseOnExec) != 0)
            return;
        // It reads from a pipe that only we hold open, so it ends by itself should we be killed.
        int pid = Spawning.Start("/bin/cat\0"u8, pipe[0]);
        if (pid < 0)
            pid = Spawning.Start("/usr/bin/cat\0"u8, pipe[0]);
        _ = Files.Close(pipe[0]);
        try
        {
            if (pid > 0)
                Against(pid);
        }
        catch (HotpatchException)
        {
            // A child that we may not trace, or that could not start: the real switch will say what is wrong, about the process that the user means.
        }
        finally
        {
            _ = Files.Close(pipe[1]);
            if (pid > 0)
            {
                _ = ProcessSignals.Kill(pid, ProcessSignals.SIGKILL);
                int status;
                _ = Wait.ForPid(pid, &status, Wait.All);
            }
        }
    }

    private static void Against(int pid)
    {
        using TargetProcess child = TargetProcess.Open(pid);
        // The program's first mapped word: "stored" as it is.
        ulong address = child.ReadMappings().First(mapping => mapping.Path.StartsWith('/')).Start;
        ulong word = child.ReadWord(address);
        WordStore same = new(address, word, word);
        // A guard that nothing touches leads through everything but steps; one that covers all of the address space leads into the steps.
        SwitchPlan plan = new([same, same, same, same, same], [new GuardedRange(address, address + 8, "rehearsal")], TimeSpan.FromSeconds(1));
        SwitchPlan stepping = plan with { Guards = [new GuardedRange(8, 1UL << 47, "rehearsal")] };
        SwitchRun.OnOwnThread(() =>
        {
            foreach (SwitchPlan each in (ReadOnlySpan<SwitchPlan>)[plan, stepping, plan])
            {
                using Tracer tracer = new(child, each, new GuardIndex(each.Guards), StepLimit) { StepAnywhere = true };
                tracer.Attempt(TimeSpan.FromMilliseconds(100), out _);
            }
        });
    }
}
