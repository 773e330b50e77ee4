using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Qualification;

/// <summary>What comes out when an ILC version is tried: HPB2431 to HPB2439.</summary>
internal static class QualificationDiagnostics
{
    private const string Otherwise = "or set HotpatchQualify=false to go on without the probe at your own risk.";

    /// <summary>0: version, 1: what went wrong.</summary>
    public static readonly DiagnosticDescriptor Failed = new(
        "HPB2431", "The ILC version failed the probe", "ILC {0} failed the probe: {1}.",
        "Build with another ILCompiler version and report this one, " + Otherwise, ExitCode.Refused)
        { Why = "How ILC lays out code and data is no public contract. A version for which the small probe program was not patched correctly may give wrong patches." };

    /// <summary>0: version, 1: what went wrong.</summary>
    public static readonly DiagnosticDescriptor NotBuilt = new(
        "HPB2432", "The probe program cannot be built", "The probe program for ILC {0} cannot be built: {1}.",
        "Check that the project itself builds with the same tools, " + Otherwise, ExitCode.Refused)
        { Why = "A new ILC version is tried with a small program before it is trusted, and that program has to be built." };

    /// <summary>0: version, 1: why.</summary>
    public static readonly DiagnosticDescriptor NotRun = new(
        "HPB2433", "The probe program cannot be patched here", "ILC {0} cannot be tried on this machine: {1}.",
        "Build once where processes may be traced, " + Otherwise, ExitCode.Refused)
        { Why = "The trial patches a running process, which needs the permission to trace it." };

    /// <summary>0: version.</summary>
    public static readonly DiagnosticDescriptor NotTried = new(
        "HPB2434", "The ILC version was not tried", "ILC {0} has not been tried on this machine, and HotpatchQualify is false.",
        "Remove HotpatchQualify=false; the probe takes some seconds, once for each ILC version.", ExitCode.Refused)
        { Why = "How ILC lays out code and data is no public contract, so each version is tried once on each machine.", Severity = FailureSeverity.Warning };
}
