using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>What can be wrong with a baseline: HPB2201 to HPB2219, for CoreCLR programs HPB2571 to HPB2579.</summary>
internal static class BaselineDiagnostics
{
    /// <summary>0: revision, 1: store folder, 2: why it is not rebuilt.</summary>
    public static readonly DiagnosticDescriptor NoRecord = new(
        "HPB2201", "No baseline record for the revision",
        "There is no baseline record of revision {0} for this project and configuration in {1}, and it cannot be rebuilt: {2}.",
        "Build that revision in a worktree (git worktree add) with -p:EmitHotpatch=true -p:HotpatchStore={1}, or set HotpatchBaseline to its .hotbase file.", ExitCode.Refused)
        { Why = "A delta needs the exact code that runs. Where no record was kept, the revision is built again from git, and that is not possible here." };

    /// <summary>0: file.</summary>
    public static readonly DiagnosticDescriptor NoFile = new(
        "HPB2202", "No such baseline file", "There is no baseline file {0}.",
        "Set HotpatchBaseline to an existing .hotbase file or to a git revision.", ExitCode.Usage)
        { Why = "The file that HotpatchBaseline names is what the delta would be made against." };

    /// <summary>0: file, 1: what is wrong.</summary>
    public static readonly DiagnosticDescriptor Damaged = new(
        "HPB2203", "Damaged baseline file", "The baseline file {0} is damaged: {1}.",
        "Fetch the file again, or build the baseline's revision again with -p:EmitHotpatch=true.", ExitCode.Integrity)
        { Why = "The parts of a baseline file are checked against their SHA-256; one that does not match cannot be trusted to be the code that runs." };

    /// <summary>0: file, 1: its format version, 2: ours.</summary>
    public static readonly DiagnosticDescriptor UnknownVersion = new(
        "HPB2204", "Baseline file of another format version", "The baseline file {0} has format version {1}, and this HotpatchBuild reads version {2}.",
        "Use the HotpatchBuild version that recorded the baseline.", ExitCode.Refused)
        { Why = "Records of other format versions mean other things by the same names, so they are not read." };

    /// <summary>0: baseline, 1: its ILC version, 2: this build's.</summary>
    public static readonly DiagnosticDescriptor OtherIlc = new(
        "HPB2205", "Baseline of another ILC version", "The baseline {0} was compiled with ILCompiler {1} and this build with {2}, so the two cannot be compared.",
        "Build with ILCompiler {1} (KnownILCompilerPack or the SDK that has it), or start a new baseline with -p:HotpatchNewBaseline=true.", ExitCode.Refused)
        { Why = "Two versions of ILC compile the same source to different code and data layouts. Everything would differ, and nothing could be matched." };

    /// <summary>0: baseline, 1: its flags, 2: this build's.</summary>
    public static readonly DiagnosticDescriptor OtherFlags = new(
        "HPB2206", "Baseline with other layout flags", "The baseline {0} was compiled with the layout flags '{1}' and this build with '{2}', so the two cannot be compared.",
        "Build with the baseline's flags, or start a new baseline with -p:HotpatchNewBaseline=true.", ExitCode.Refused)
        { Why = "The layout flags decide what ILC assumes about the whole program. New code compiled under other assumptions does not fit the baseline's." };

    /// <summary>0: file, 1: what it is for, 2: what is built.</summary>
    public static readonly DiagnosticDescriptor OtherProgram = new(
        "HPB2207", "Baseline of another program", "The baseline file {0} is of {1}, and this build is {2}.",
        "Set HotpatchBaseline to a baseline of this project, framework, platform and configuration.", ExitCode.Refused)
        { Why = "A delta leads from one build of a program to a later one of the same program, framework, platform and configuration." };

    /// <summary>0: symbol file.</summary>
    public static readonly DiagnosticDescriptor NoSymbols = new(
        "HPB2208", "Executable without symbols", "{0} has no symbol table, and a baseline needs one.",
        "Build with StripSymbols and DebugType as the SDK sets them; symbols are kept beside the executable.", ExitCode.Refused)
        { Why = "Patch points are found by the names and sizes of functions in the symbol table." };

    /// <summary>0: executable.</summary>
    public static readonly DiagnosticDescriptor NoBuildId = new(
        "HPB2209", "Executable without build-id", "{0} has no GNU build-id, so a process could not be recognised as this build.",
        "Remove --build-id=none from the linker arguments.", ExitCode.Refused)
        { Why = "The build-id is what tells at run time that a process is the build that the delta was made against." };

    /// <summary>0: path, 1: reason.</summary>
    public static readonly DiagnosticDescriptor CannotAccess = new(
        "HPB2210", "File access failed", "{0} cannot be read or written: {1}.",
        "Check that the file exists, the permissions and the free space, then build again.", ExitCode.Usage)
        { Why = "Baselines are single files in the store folder, and this one could not be used." };

    /// <summary>0: baseline, 1: its frameworks, 2: this build's.</summary>
    public static readonly DiagnosticDescriptor OtherFrameworks = new(
        "HPB2211", "Baseline on other framework versions", "The baseline {0} was built on {1} and this build on {2}, so the two cannot be compared.",
        "Build with the baseline's framework versions (RuntimeFrameworkVersion), or start a new baseline with -p:HotpatchNewBaseline=true.", ExitCode.Refused)
        { Why = "A native program has the framework's code in it. With another version nearly all of that code differs." };

    /// <summary>0: baseline, 1: its engine, 2: this build's.</summary>
    public static readonly DiagnosticDescriptor OtherEngine = new(
        "HPB2571", "Baseline of another kind of program", "The baseline {0} is a {1} program and this build is a {2} program, so the two cannot be compared.",
        "Build with the baseline's PublishAot, or start a new baseline with -p:HotpatchNewBaseline=true.", ExitCode.Refused)
        { Why = "Native code and IL are patched by two different engines, with nothing in common in a delta." };

    /// <summary>0: file, 1: baseline.</summary>
    public static readonly DiagnosticDescriptor OtherPackage = new(
        "HPB2572", "A package's assembly changed", "{0} is another assembly than the baseline {1} was built with, and a running process keeps the one that it was deployed with.",
        "Build with the baseline's version of the package and ship the package at the next restart, or start a new baseline with -p:HotpatchNewBaseline=true.", ExitCode.Refused)
        { Why = "Packages are deployed with the program and not rebuilt with it, so no comparison says what in them changed for running code." };

    /// <summary>0: file, 1: baseline.</summary>
    public static readonly DiagnosticDescriptor NewPackage = new(
        "HPB2573", "An assembly that the baseline does not have", "{0} is referenced now and was not by the baseline {1}, so a running process may not have it.",
        "Remove the reference and ship it at the next restart, or start a new baseline with -p:HotpatchNewBaseline=true.", ExitCode.Refused)
        { Why = "The process has the assemblies that it was deployed with. New code that needs another one would fail when it is first called." };
}
