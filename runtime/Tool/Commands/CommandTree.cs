using System.CommandLine;
using System.CommandLine.Invocation;

namespace HotpatchBuild.Tool.Commands;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments)
    {
        var root = new RootCommand("Puts hotpatches in force in running .NET processes, rolls them back, and says what is in force.");
        root.Options.Add(Execution.Json);
        foreach (var command in Commands(arguments is [var first, ..] ? first : ""))
            root.Subcommands.Add(command);

        var parsed = root.Parse(arguments);
        if (parsed.Action is ParseErrorAction && parsed.Errors.Count > 0)
        {
            var command = parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name;
            return Execution.Fail(command, arguments.Contains("--json"), ToolDiagnostics.CommandLine.With(
                parsed.Errors[0].Message.TrimEnd('.'), command.Length == 0 ? "hotpatch" : $"hotpatch {command}"));
        }
        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    /// <summary>The command that is asked for, where the first argument is its name, because each takes a millisecond to make; else all.</summary>
    private static Command[] Commands(string first) => first switch
    {
        "apply" => [ApplyCommand.Apply()],
        "rollback" => [RollbackCommand.Create()],
        "diff" => [DiffCommand.Create()],
        "status" => [StatusCommand.Create()],
        _ =>
        [
            PsCommand.Create(), ApplyCommand.Check(), ApplyCommand.Apply(), RollbackCommand.Create(), StatusCommand.Create(), InspectCommand.Create(),
            VerifyCommand.Create(), DiffCommand.Create(), DoctorCommand.Create(),
        ],
    };
}
