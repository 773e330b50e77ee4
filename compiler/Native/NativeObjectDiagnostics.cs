using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Native;

/// <summary>What can be wrong with a linked baseline: HPB2301 to HPB2309.</summary>
public static class NativeObjectDiagnostics
{
    /// <summary>No managed code in an executable.</summary>
    public static readonly DiagnosticDescriptor NoManagedCode = new(
        "HPB2301", "No managed code", "{0} has no section __managedcode: it is not a NativeAOT program.", "Set PublishAot in the project.", ExitCode.Refused)
        { Why = "ILC puts all managed code into the section __managedcode; patch points are looked for there." };

    /// <summary>A stripped executable where symbols are needed.</summary>
    public static readonly DiagnosticDescriptor NoSymbols = new(
        "HPB2302", "No symbols", "{0} has no function symbols.", "Give the executable as the linker made it, before it is stripped.", ExitCode.Refused)
        { Why = "Functions are found by their symbols." };

    /// <summary>A symbol does not lie in its section.</summary>
    public static readonly DiagnosticDescriptor SymbolOutsideSection = new(
        "HPB2303", "Symbol outside its section", "Symbol {0} does not lie inside section {1}.", "Build the program again.", ExitCode.Integrity)
        { Why = "A function that does not lie inside its section means that symbols and code are not of one link." };

    /// <summary>A debug file of another build.</summary>
    public static readonly DiagnosticDescriptor NotItsSymbols = new(
        "HPB2304", "Symbols of another build", "The symbols given for {0} are those of another build.", "Give the executable and the debug file of one build.", ExitCode.Integrity)
        { Why = "Addresses in a debug file of another build lead into the middle of other functions." };
}
