using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline.Rebuilding;

/// <summary>What can be wrong with the rebuild of a revision: HPB2221 to HPB2229 and HPB2581 to HPB2589.</summary>
internal static class RebuildDiagnostics
{
    /// <summary>0: program, 1: revision.</summary>
    public static readonly DiagnosticDescriptor ToolNotFound = new(
        "HPB2221", "A tool for the rebuild is missing", "The program {0}, which the rebuild of revision {1} needs, is not found.",
        "Install it, or set HotpatchBaseline to the .hotbase file of that revision.", ExitCode.Usage)
        { Why = "A native revision is rebuilt with the same compiler driver, ILC and tools as the present build." };

    /// <summary>0: program, 1: exit code, 2: revision, 3: its last lines.</summary>
    public static readonly DiagnosticDescriptor ToolFailed = new(
        "HPB2222", "A tool failed in the rebuild of a revision", "{0} ended with {1} in the rebuild of revision {2}: {3}.",
        "Check that revision out in a worktree (git worktree add) and build it there, or set HotpatchBaseline to its .hotbase file.", ExitCode.Refused)
        { Why = "A rebuild repeats the steps of the build (ILC, link, strip), and each has to succeed." };

    /// <summary>0: tool, 1: what is not understood.</summary>
    public static readonly DiagnosticDescriptor CommandNotUnderstood = new(
        "HPB2223", "A command line of the build cannot be used again", "The arguments of {0} cannot be used for a rebuild: {1}.",
        "Build the baseline's revision in a worktree (git worktree add) with -p:EmitHotpatch=true, and set HotpatchBaseline to the .hotbase file.", ExitCode.Refused)
        { Why = "The recorded command line is rewritten to other folders for the rebuild; an argument that is not understood could point at files of the present build." };

    /// <summary>0: revision, 1: files.</summary>
    public static readonly DiagnosticDescriptor BuildFilesDiffer = new(
        "HPB2224", "Build files differ from the rebuilt revision's",
        "The baseline {0} was rebuilt with today's settings, and these files are not as they were: {1}.",
        "If the delta is refused by the running process (another build-id or MVID), set HotpatchBaseline to the .hotbase file recorded when that process was built.", ExitCode.Refused)
        { Why = "Project files, packages and settings of the old revision are not evaluated again: today's are used. Where they differ, the rebuilt program may not be the shipped one; the running process is checked before anything is applied.", Severity = FailureSeverity.Warning };

    /// <summary>0: revision, 1: files.</summary>
    public static readonly DiagnosticDescriptor SourceOrderGuessed = new(
        "HPB2225", "The order of sources in a rebuild is a guess",
        "The baseline {0} was rebuilt, and the place of these files among the compiler's sources, which are gone since, is a guess: {1}.",
        "If the delta is refused by the running process (another build-id or MVID), set HotpatchBaseline to the .hotbase file recorded when that process was built.", ExitCode.Refused)
        { Why = "The order in which the compiler is given its sources is part of the result, and for files that are gone nothing recorded it. The running process is checked before anything is applied.", Severity = FailureSeverity.Warning };

    /// <summary>0: revision, 1: files.</summary>
    public static readonly DiagnosticDescriptor LibrariesNameACommit = new(
        "HPB2581", "Libraries name the commit that they were built from",
        "The baseline {0} was rebuilt with today's builds of these libraries, which have the commit in their informational version: {1}.",
        "If the delta is refused by the running process (another MVID), set HotpatchBaseline to the .hotbase file recorded when that process was built; for later builds put the HotpatchBuild package into the libraries too (Directory.Build.props).", ExitCode.Refused)
        { Why = "The MVID is a hash over the compilation with all attributes. A library whose informational version names another commit has another MVID than the shipped one; the running process is checked before anything is applied.", Severity = FailureSeverity.Warning };
}
