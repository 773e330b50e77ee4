using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Folding;

/// <summary>What is said of values that assemblies outside of a delta may have compiled into their code (HPB2442–HPB2444). They are warnings: the ordinary build
/// of the new revision has the same assemblies with the same old values in them, so the patched process does what that build does.</summary>
internal static class FoldingDiagnostics
{
    /// <summary>0: constant, 1: values, 2: its assembly, 3: assemblies.</summary>
    public static readonly DiagnosticDescriptor ConstantOutside = new(
        "HPB2442", "Constant that assemblies outside of the delta may use",
        "{0} changed its value ({1}). Assemblies that are not built from these sources refer to {2}, and where they use the constant they keep the old value: {3}.",
        "See whether they use it; if they do, let them be built again with the new value and ship the full build at the next restart.", ExitCode.Refused)
        { Why = "The compiler puts a constant's value into the code that uses it and leaves no trace of the constant there, so only what refers to its assembly can be named.", Severity = FailureSeverity.Warning };

    /// <summary>0: method, 1: values, 2: assemblies.</summary>
    public static readonly DiagnosticDescriptor DefaultOutside = new(
        "HPB2443", "Default value that assemblies outside of the delta may pass",
        "A default value of {0} changed ({1}). Assemblies that are not built from these sources call it, and calls that leave the argument out go on passing the old value: {2}.",
        "See whether they leave it out; if they do, let them be built again and ship the full build at the next restart.", ExitCode.Refused)
        { Why = "The caller passes the default value: the compiler writes it into every call that leaves the argument out, where it looks like any other argument.", Severity = FailureSeverity.Warning };

    /// <summary>0: static constructor, 1: method, 2: assembly of the method.</summary>
    public static readonly DiagnosticDescriptor InitialiserCallsElsewhere = new(
        "HPB2444", "A static initialiser calls changed code of another assembly",
        "{0} calls {1} of {2}, which changed: what it computed when it ran stays.", "Check that the static fields' values do not depend on the fix.", ExitCode.Refused)
        { Why = "A static constructor runs once. What the old code computed for it lies in static fields, and may be compiled into code where those are readonly.", Severity = FailureSeverity.Warning };
}
