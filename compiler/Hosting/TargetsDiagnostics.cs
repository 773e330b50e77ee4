using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Hosting;

/// <summary>
/// What the package's targets refuse before anything is compiled (HPB2402–HPB2412, HPB2440). The targets hold the sentences themselves, because they must be
/// able to say them where no task can be loaded; the placeholders are their properties, in the order of the text. A test holds both together.
/// </summary>
public static class TargetsDiagnostics
{
    /// <summary>0: version of the SDK.</summary>
    public static readonly DiagnosticDescriptor OtherSdk = new(
        "HPB2402", "Not built by the .NET 10 SDK", "EmitHotpatch needs 'dotnet build' of the .NET 10 SDK or later; this build runs on {0}.",
        "Install that SDK and check global.json; the program itself may target an older framework.", ExitCode.Usage)
        { Why = "The engine runs in the build on the SDK's own compiler, and works with that of .NET 10 and later, in the .NET version of MSBuild." };

    /// <summary>0: runtime identifier.</summary>
    public static readonly DiagnosticDescriptor OtherPlatform = new(
        "HPB2403", "Not built for linux-x64", "Hotpatches are made for linux-x64, and this build is for '{0}'.",
        "Build on 64-bit Linux with -r linux-x64, or without EmitHotpatch.", ExitCode.Usage)
        { Why = "Patching depends on the instruction set and on how the system lets one process change another; both are done for 64-bit Linux." };

    /// <summary>0: assembly, 1: target framework.</summary>
    public static readonly DiagnosticDescriptor OldFramework = new(
        "HPB2404", "Target framework too old", "{0} targets {1}, and hotpatches need net8.0 or later.",
        "Raise TargetFramework, or build without EmitHotpatch.", ExitCode.Usage)
        { Why = "Older runtimes cannot take an agent while they run, and older versions of ILC are not supported." };

    /// <summary>No arguments.</summary>
    public static readonly DiagnosticDescriptor BodiesFolded = new(
        "HPB2405", "Equal method bodies are folded", "StackTraceSupport=false makes ILC fold equal method bodies into one, so a patch of one method would change others.",
        "Remove StackTraceSupport=false, or build without EmitHotpatch.", ExitCode.Usage)
        { Why = "Where two methods share one body, a patch point is common to both." };

    /// <summary>No arguments.</summary>
    public static readonly DiagnosticDescriptor NoNativeSymbols = new(
        "HPB2406", "Native build without symbols", "DebugType=none throws the executable's symbols away, and a baseline needs them.",
        "Remove DebugType=none; symbols are kept beside the executable, not in it.", ExitCode.Usage)
        { Why = "Patch points are found by the names and sizes of functions in the symbol table." };

    /// <summary>0: target framework.</summary>
    public static readonly DiagnosticDescriptor NoCompilerPackage = new(
        "HPB2407", "ILCompiler package not restored", "The ILCompiler package of {0} is not restored.",
        "Run 'dotnet restore' (not 'dotnet build --no-restore') with a package source that has Microsoft.DotNet.ILCompiler.", ExitCode.Usage)
        { Why = "Native code is compiled by the ILCompiler package, which restore downloads." };

    /// <summary>0: value of the property.</summary>
    public static readonly DiagnosticDescriptor UnknownReaction = new(
        "HPB2408", "Unknown value of HotpatchOnRefusal", "HotpatchOnRefusal is '{0}'.",
        "Set it to 'error' (the build fails) or 'warn' (the build passes without a delta).", ExitCode.Usage)
        { Why = "The build has to know whether a refusal fails it, and a word that it does not know is not guessed at." };

    /// <summary>No arguments.</summary>
    public static readonly DiagnosticDescriptor Trimmed = new(
        "HPB2409", "Trimmed program", "PublishTrimmed=true takes code out of the assemblies that are shipped, and a fix may need what was taken out.",
        "Set PublishTrimmed=false, or build without EmitHotpatch.", ExitCode.Usage)
        { Why = "The trimmer removes what the program does not use, so new code may call what the deployed assemblies no longer have." };

    /// <summary>No arguments.</summary>
    public static readonly DiagnosticDescriptor SingleFile = new(
        "HPB2410", "Single-file program", "PublishSingleFile=true puts the assemblies into the executable, where a process loads them in a way that cannot be patched.",
        "Set PublishSingleFile=false, or build without EmitHotpatch.", ExitCode.Usage)
        { Why = "Assemblies inside the executable have no file and no load context that a patch assembly could be bound to." };

    /// <summary>0: assembly, 1: language.</summary>
    public static readonly DiagnosticDescriptor OtherLanguage = new(
        "HPB2411", "Not a C# program", "{0} is written in {1}, and hotpatches are made for C# programs.",
        "Build it without EmitHotpatch.", ExitCode.Usage)
        { Why = "Revisions are compiled with the C# compiler, and edits are matched by what that compiler generates." };

    /// <summary>No arguments.</summary>
    public static readonly DiagnosticDescriptor NoManagedSymbols = new(
        "HPB2412", "Build without a PDB", "DebugType=none leaves no PDB, and without one neither refusals nor patched code could name their source lines.",
        "Remove DebugType=none; the PDB need not be shipped.", ExitCode.Usage)
        { Why = "Source lines are read from the portable PDB." };

    /// <summary>No arguments.</summary>
    public static readonly DiagnosticDescriptor CheckKeepsNothing = new(
        "HPB2440", "A check records no baseline", "HotpatchCheck=true keeps nothing, and HotpatchNewBaseline=true asks for a baseline to be kept.",
        "Remove one of them.", ExitCode.Usage)
        { Why = "A check answers a question about a change. A baseline is the record of a build that was shipped." };
}
