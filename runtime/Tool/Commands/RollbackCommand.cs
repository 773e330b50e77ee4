using System.CommandLine;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Commands;

/// <summary><c>rollback</c> puts the baseline back in force.</summary>
internal static class RollbackCommand
{
    private const string Name = "rollback";

    public static Command Create()
    {
        var command = new Command(Name, "Put the baseline back in force.");
        var (selector, timeout, active) = (new Selector(), EngineSettings.TimeoutOption(), EngineSettings.ActiveOption());
        selector.AddTo(command);
        command.Options.Add(timeout);
        command.Options.Add(active);
        command.SetAction(parsed => Execution.Run(
            parsed, () => Run(parsed, selector, timeout, active), ChangesText.Write, output => output.Processes.Select(process => process.Error).OfType<ErrorOutput>()));
        return command;
    }

    private static ChangesOutput Run(ParseResult parsed, Selector selector, Option<double?> timeout, Option<string?> active)
    {
        var options = EngineSettings.Of(parsed, timeout, active, DeltaActiveCode.Default);
        var processes = EachProcess.Change(selector.Select(parsed, null), options, static process => process.Rollback());
        var error = EachProcess.FirstError(processes);
        return new ChangesOutput(Name, error?.ExitCode ?? 0, error, null, processes, DeltaActiveCode.NameOf(options.ActiveCode));
    }
}
