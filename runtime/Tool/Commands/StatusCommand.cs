using System.CommandLine;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Tool.Engines;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Commands;

/// <summary><c>status</c> says what is in force, from the process's own memory.</summary>
internal static class StatusCommand
{
    private const string Name = "status";

    public static Command Create()
    {
        var command = new Command(Name, "Say what is in force, since when and by whom, and how much room is left.");
        var (selector, history) = (new Selector(), new Option<bool>("--history") { Description = "Show what was in force before, too." });
        selector.AddTo(command);
        command.Options.Add(history);
        command.SetAction(parsed => Execution.Run(
            parsed, () => Run(parsed, selector, parsed.GetValue(history)), StatusText.Write,
            output => output.Processes.Select(process => process.Error).OfType<ErrorOutput>()));
        return command;
    }

    private static StatusOutput Run(ParseResult parsed, Selector selector, bool history)
    {
        var processes = selector.Select(parsed, null).Select(pid => Of(pid, history)).ToList();
        var error = processes.FirstOrDefault(process => process.Error is not null)?.Error;
        return new StatusOutput(Name, error?.ExitCode ?? 0, error, processes);
    }

    private static ProcessStatusOutput Of(int pid, bool history)
    {
        try
        {
            using var process = ProcessEngines.Open(pid, EngineSettings.Reading);
            return process.Status(history);
        }
        catch (HotpatchException e)
        {
            return new ProcessStatusOutput(pid, EachProcess.NameOf(pid), Conversions.Of(e.Failure), null, null, null, null, null, null, 0, null, null, null, null, null);
        }
    }
}
