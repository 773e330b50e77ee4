using System.CommandLine;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Tool.Engines;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Commands;

/// <summary><c>apply</c> puts a delta in force; <c>check</c> does everything but.</summary>
internal static class ApplyCommand
{
    public static Command Apply() => Create("apply", "Put a delta in force in running processes.", static (engine, delta) => engine.Apply(delta));

    public static Command Check() => Create("check", "Say what apply would do, and whether it would be refused; change nothing.", static (engine, delta) => engine.Check(delta));

    private static Command Create(string name, string description, Func<IProcessEngine, DeltaFile, ChangeDetails> act)
    {
        var command = new Command(name, description);
        var (delta, selector, timeout, active) = (new DeltaOptions(), new Selector(), EngineSettings.TimeoutOption(), EngineSettings.ActiveOption());
        delta.AddTo(command);
        selector.AddTo(command);
        command.Options.Add(timeout);
        command.Options.Add(active);
        command.SetAction(parsed => Execution.Run(
            parsed, () => Run(name, parsed, delta, selector, timeout, active, act), ChangesText.Write, output => output.Processes.Select(process => process.Error).OfType<ErrorOutput>()));
        return command;
    }

    private static ChangesOutput Run(
        string name, ParseResult parsed, DeltaOptions deltaOptions, Selector selector, Option<double?> timeout, Option<string?> active, Func<IProcessEngine, DeltaFile, ChangeDetails> act)
    {
        // What is wrong with the command line comes before what is wrong with a file.
        _ = EngineSettings.Of(parsed, timeout, active, DeltaActiveCode.Default);
        var delta = deltaOptions.Read(parsed);
        var options = EngineSettings.Of(parsed, timeout, active, delta.File.Manifest.ActiveCode);
        var pids = selector.Select(parsed, delta.File);
        var processes = EachProcess.Change(pids, options, process => act(process, delta.File));
        var error = EachProcess.FirstError(processes);
        return new ChangesOutput(name, error?.ExitCode ?? 0, error, Conversions.Of(delta.File.Manifest, delta.Signature), processes, DeltaActiveCode.NameOf(options.ActiveCode));
    }
}
