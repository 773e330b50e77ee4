using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler;

public static partial class BuildDiagnostics
{
    /// <summary>0: sources, 1: id and message of the first error, 2: number of errors.</summary>
    public static readonly DiagnosticDescriptor DoesNotCompile = new(
        "HPB2101", "The sources do not compile",
        "{0} has {2} compilation error(s), the first of them {1}.",
        "Choose a revision that builds with the installed SDK, or name its .hotbase file.", ExitCode.Usage)
        { Why = "The baseline has to be compiled again from its sources, and these sources have errors for this compiler." };

    /// <summary>0: reference.</summary>
    public static readonly DiagnosticDescriptor ReferenceMissing = new(
        "HPB2102", "A referenced assembly is missing",
        "The referenced assembly {0} is missing or is no assembly.",
        "Restore and build the project once, so that everything it references is there.", ExitCode.Usage)
        { Why = "The compiler binds names through referenced assemblies; without one of them it does not give the assembly that was shipped." };

    /// <summary>0: generator, 1: what it says.</summary>
    public static readonly DiagnosticDescriptor GeneratorFailed = new(
        "HPB2103", "A source generator failed",
        "The source generator {0} failed ({1}).",
        "Check that the ordinary build runs it without a warning, and update the package it is from.", ExitCode.Usage)
        { Why = "Code that a generator adds is part of the assembly. Without it the compilation would be another one." };

    /// <summary>0: path, 1: sources.</summary>
    public static readonly DiagnosticDescriptor InputMissing = new(
        "HPB2104", "A file of the compilation is missing",
        "The file {0}, which the compiler's command line names, is missing in {1}.",
        "Build the project once, or name the .hotbase file that was recorded for the revision.", ExitCode.Usage)
        { Why = "Generated files and assemblies of other projects are not in git. They are taken from the build's folders or from the record." };

    /// <summary>0: message.</summary>
    public static readonly DiagnosticDescriptor ArgumentsInvalid = new(
        "HPB2105", "The compiler's command line is not understood",
        "The recorded compiler arguments are not understood ({0}).",
        "Build again with the installed SDK, so that they are recorded anew.", ExitCode.Usage)
        { Why = "The compilation is repeated with exactly the arguments that the build gave the compiler; one that is unknown could change its result." };

    /// <summary>0: sources, 1: MVID made, 2: MVID expected.</summary>
    public static readonly DiagnosticDescriptor IdentityDiffers = new(
        "HPB2106", "The rebuilt assembly is not the one that was shipped",
        "Compiling {0} gave the module {1}, but the shipped one is {2}.",
        "Name the .hotbase file of the shipped build; a rebuild needs the same SDK, packages and project files.", ExitCode.Refused)
        { Why = "A delta against a rebuilt assembly that differs from the shipped one would be made for code that no process runs. The MVID is a hash over the whole compilation." };

    /// <summary>No argument.</summary>
    public static readonly DiagnosticDescriptor NotDeterministic = new(
        "HPB2107", "The build is not deterministic",
        "The project is compiled without /deterministic, so the same sources never give the same assembly.",
        "Remove <Deterministic>false</Deterministic> from the project.", ExitCode.Usage)
        { Why = "Baselines are recognised by an MVID that is a hash of the compilation; without /deterministic it is random." };

    /// <summary>0: file, 1: what is wrong.</summary>
    public static readonly DiagnosticDescriptor InputUnreadable = new(
        "HPB2108", "A file of the compilation cannot be read",
        "The file {0} cannot be read ({1}).",
        "Check its permissions and that no other program is writing it.", ExitCode.Usage)
        { Why = "The compilation needs every file that the compiler's command line names." };
}
