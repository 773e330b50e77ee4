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
        root.Subcommands.Add(PsCommand.Create());
        root.Subcommands.Add(ApplyCommand.Check());
        root.Subcommands.Add(ApplyCommand.Apply());
        root.Subcommands.Add(RollbackCommand.Create());
        root.Subcommands.Add(StatusCommand.Create());
        root.Subcommands.Add(InspectCommand.Create());
        root.Subcommands.Add(VerifyCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());

        var parsed = root.Parse(arguments);
        if (parsed.Action is ParseErrorAction && parsed.Errors.Count > 0)
        {
            var command = parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name;
            return Execution.Fail(command, arguments.Contains("--json"), ToolDiagnostics.CommandLine.With(
                parsed.Errors[0].Message.TrimEnd('.'), command.Length == 0 ? "hotpatch" : $"hotpatch {command}"));
        }
        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }
}
