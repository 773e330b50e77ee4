using System.CommandLine;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Tool.Engines;
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

    private static ProcessesOutput Run() => new(Name, 0, null, [.. PatchableProcess.Among(ProcessList.Enumerate()).Select(Of)]);

    private static ProcessOutput Of(PatchableProcess process)
    {
        var summary = process.Summary;
        try
        {
            using var opened = ProcessEngines.Open(summary.Pid, EngineSettings.Reading);
            var status = opened.Status(history: false);
            return new ProcessOutput(
                summary.Pid, process.Name, summary.UserId, summary.Started, summary.Executable, status.BuildId, status.State, status.InForce?.Delta,
                status.InForce?.Target, status.InForce?.Since, null, process.Engine);
        }
        catch (HotpatchException e)
        {
            // One that is not ours is still worth a line.
            return new ProcessOutput(
                summary.Pid, process.Name, summary.UserId, summary.Started, summary.Executable, process.BuildId, null, null, null, null, Conversions.Of(e.Failure), process.Engine);
        }
    }
}
