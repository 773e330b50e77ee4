using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Tool;

/// <summary>What is wrong with a command line (HPB46xx).</summary>
internal static class ToolDiagnostics
{
    /// <summary>The parser's own complaint.</summary>
    public static readonly DiagnosticDescriptor CommandLine = new(
        "HPB4601", "Command line not understood", "'{1}' was not understood: {0}.", "See '{1} --help'.", ExitCode.Usage)
        { Why = "Nothing is done when the command line leaves a doubt about what is meant." };

    /// <summary>No process is named.</summary>
    public static readonly DiagnosticDescriptor NoSelector = new(
        "HPB4602", "No process named", "The command does not say which processes it is for.", "Name them with --pid, --name or --all.", ExitCode.Usage)
        { Why = "A command that changes processes never chooses them by itself." };

    /// <summary>Nothing fits the selector.</summary>
    public static readonly DiagnosticDescriptor NothingSelected = new(
        "HPB4603", "No such process", "There is no running process {0}.", "See 'hotpatch ps' for what can be patched.", ExitCode.NoTarget)
        { Why = "No running .NET process matches the selection." };

    /// <summary>A number makes no sense.</summary>
    public static readonly DiagnosticDescriptor Timeout = new(
        "HPB4604", "Impossible timeout", "A timeout of {0} seconds is not possible.", "Give a number from 0 to 3600.", ExitCode.Usage)
        { Why = "A wait has to end, and 3600 seconds are the most." };

    /// <summary>No function of that name.</summary>
    public static readonly DiagnosticDescriptor NoSuchFunction = new(
        "HPB4605", "No such function", "The delta changes no function whose name contains '{0}'.", "See 'hotpatch inspect' without --function.", ExitCode.Usage)
        { Why = "The filter is compared with the display names of the delta's functions." };

    /// <summary>Our own fault.</summary>
    public static readonly DiagnosticDescriptor Unexpected = new(
        "HPB4699", "Unexpected error", "Something unexpected happened ({0}: {1}).",
        "Please report it with the command line; 'hotpatch status' says what is in force.", ExitCode.Refused)
        { Why = "An error without a number of its own reached the end of the command: a fault in the tool, or in the system under it." };
}
