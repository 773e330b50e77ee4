using System.CommandLine;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Commands;

/// <summary>Runs a command and prints what came of it, whatever that is.</summary>
internal static class Execution
{
    /// <summary>For every command.</summary>
    public static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object.", Recursive = true };

    /// <summary>Runs and prints.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="run">Does the work.</param>
    /// <param name="text">Writes the result as text.</param>
    /// <param name="errors">Errors in the result; its own first one where null.</param>
    public static int Run<T>(ParseResult parsed, Func<T> run, Action<T, TextWriter> text, Func<T, IEnumerable<ErrorOutput>>? errors = null)
        where T : CommandOutput
    {
        var json = parsed.GetValue(Json);
        try
        {
            var output = run();
            return Reporter.Print(output, json, errors?.Invoke(output) ?? [], text);
        }
        catch (HotpatchException e)
        {
            return Fail(parsed.CommandResult.Command.Name, json, e.Failure);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Fail(parsed.CommandResult.Command.Name, json, ToolDiagnostics.Unexpected.With(e.GetType().Name, e.Message));
        }
    }

    /// <summary>Prints a failure of a whole command.</summary>
    public static int Fail(string command, bool json, Failure failure)
    {
        var error = Conversions.Of(failure);
        return Reporter.Print(new FailureOutput(command, error.ExitCode, error), json, [error], static (_, _) => { });
    }
}
