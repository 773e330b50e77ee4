using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>
/// What can be wrong with what a build hands over: HPB2421 to HPB2429. HPB2402 to HPB2412 are raised by the package's
/// <c>HotpatchBuild.targets</c> before anything is compiled.
/// </summary>
internal static class PipelineDiagnostics
{
    /// <summary>0: file, 1: reason.</summary>
    public static readonly DiagnosticDescriptor CannotRead = new(
        "HPB2421", "A file of the build cannot be read", "{0} cannot be read: {1}.",
        "Delete the project's bin and obj folders and build again.", ExitCode.Usage)
        { Why = "Baselines and deltas are made of the files that the build has written." };

    /// <summary>0: file.</summary>
    public static readonly DiagnosticDescriptor NotAnAssembly = new(
        "HPB2422", "Not a .NET assembly", "{0} is not a .NET assembly.",
        "Delete the project's bin and obj folders and build again.", ExitCode.Usage)
        { Why = "What is compared are assemblies with metadata and IL." };

    /// <summary>0: setting, 1: its value, 2: what is allowed.</summary>
    public static readonly DiagnosticDescriptor BadSetting = new(
        "HPB2423", "Setting out of range", "{0} is {1}, and it must be {2}.",
        "Change the property, or remove it to get the default.", ExitCode.Usage)
        { Why = "The space for patches has to fit the executable's page size and the reach of a jump, and an address of help pages has to lead somewhere from everywhere." };

    /// <summary>0: program, 1: store.</summary>
    public static readonly DiagnosticDescriptor NothingToCheck = new(
        "HPB2441", "Nothing to check against", "No baseline of {0} is recorded in {1} for this commit or an ancestor of it.",
        "Name the revision that runs with -p:HotpatchBaseline=<git revision>, which is then rebuilt, or put its .hotbase file into that folder.", ExitCode.Refused)
        { Why = "Whether a change can be hot-patched is a question about the build that runs, and a check records no baseline." };

    /// <summary>0: path, 1: reason.</summary>
    public static readonly DiagnosticDescriptor CannotWrite = new(
        "HPB2425", "A file cannot be written", "{0} cannot be written: {1}.",
        "Check the permissions and the free space, then build again.", ExitCode.Usage)
        { Why = "What the build gives out could not be stored." };
}
