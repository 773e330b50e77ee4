using System.CommandLine;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Engine;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Commands;

/// <summary><c>ps</c> lists the processes that were built for hotpatches.</summary>
internal static class PsCommand
{
    private const string Name = "ps";

    public static Command Create()
    {
        var command = new Command(Name, "List the processes that can be patched.");
        command.SetAction(parsed => Execution.Run(parsed, Run, PsText.Write));
        return command;
    }

    private static ProcessesOutput Run() => new(Name, 0, null, [.. Selector.Prepared(ProcessList.Enumerate()).Select(Of)]);

    private static ProcessOutput Of(PreparedProcess process)
    {
        var summary = process.Summary;
        try
        {
            using var target = LiveTarget.Open(summary.Pid);
            var status = new NativeEngine(target.Target, EngineSettings.Reading).Status();
            return new ProcessOutput(
                summary.Pid, summary.Name, summary.UserId, summary.Started, summary.Executable, process.BuildId, Conversions.StateOf(status), status.InForce?.Id,
                status.InForce?.Target, status.InForce?.Since, null);
        }
        catch (HotpatchException e)
        {
            // One that is not ours is still worth a line.
            return new ProcessOutput(
                summary.Pid, summary.Name, summary.UserId, summary.Started, summary.Executable, process.BuildId, null, null, null, null, Conversions.Of(e.Failure));
        }
    }
}
