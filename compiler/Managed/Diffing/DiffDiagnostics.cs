using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Managed.Diffing;

/// <summary>Why two builds cannot be compared without their sources (HPB2551–2569).</summary>
internal static class DiffDiagnostics
{
    /// <summary>HPB2551: Not a build.</summary>
    public static readonly DiagnosticDescriptor NotABuild = Refuse("HPB2551", "Not a build",
        "'{0}' is no folder, assembly or package that can be read: {1}.", "Name the folder that the program was published to, an assembly, or a NuGet package.",
        "Assemblies are read from a folder, a file or a package; this is none of them or is damaged.");

    /// <summary>HPB2552: Nothing to compare.</summary>
    public static readonly DiagnosticDescriptor NothingInCommon = Refuse("HPB2552", "Nothing to compare",
        "No assembly is in both '{0}' and '{1}'.", "Name two builds of the same program or library.",
        "Assemblies are compared by their simple names.");

    /// <summary>HPB2553: No framework in common.</summary>
    public static readonly DiagnosticDescriptor NoCommonFramework = Refuse("HPB2553", "No framework in common",
        "'{0}' has assemblies for {1}, and '{2}' for {3}: none of them is for the same framework and can run on .NET 8 or later.", "Compare packages that support the framework that the process runs on.",
        "A package has assemblies for several frameworks, and a process runs those of one. The delta must be made between two for the same.");

    /// <summary>HPB2554: Native program.</summary>
    public static readonly DiagnosticDescriptor NativeProgram = Refuse("HPB2554", "Native program",
        "'{0}' is compiled ahead of time or bundled into one file: there are no assemblies to compare.", "Make a delta of a native program with its build: it needs the baseline that the build recorded.",
        "Native code is patched with what ILC knew when it compiled the program; that is in the baseline and not in the executable.");

    /// <summary>HPB2555: Other runtime.</summary>
    public static readonly DiagnosticDescriptor OtherRuntime = Refuse("HPB2555", "Other runtime",
        "The two builds bring different runtimes along ({0} differs): a running process keeps its own.", "Publish both builds with the same runtime, or without one.",
        "The runtime and the framework of a process are loaded and in use; a delta changes the program's own assemblies only.");

    /// <summary>HPB2556: No such framework.</summary>
    public static readonly DiagnosticDescriptor NoSuchFramework = Refuse("HPB2556", "No such framework",
        "'{0}' has no assemblies for {1}; it has some for {2}.", "Name one of these with --framework.",
        "The process that is to be patched runs the assemblies for one framework, and the delta must be made of those.");

    private static DiagnosticDescriptor Refuse(string id, string title, string message, string whatToDo, string why) =>
        new(id, title, message, whatToDo, ExitCode.Refused) { Why = why };
}
