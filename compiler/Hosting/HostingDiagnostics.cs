using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Hosting;

/// <summary>What can go wrong before the compiler runs (HPB2190–HPB2199).</summary>
public static class HostingDiagnostics
{
    /// <summary>0: folder, 1: file.</summary>
    public static readonly DiagnosticDescriptor CompilerNotFound = new(
        "HPB2190", "The SDK's compiler is missing",
        "The folder {0} has no {1}.",
        "Build with an installed .NET SDK (version 10 or later).", ExitCode.Usage)
        { Why = "Revisions are compiled by the very compiler that builds the project, so that they come out byte for byte the same." };

    /// <summary>0: version found, 1: least version.</summary>
    public static readonly DiagnosticDescriptor CompilerTooOld = new(
        "HPB2191", "The SDK's compiler is too old",
        "The SDK's compiler is Roslyn {0}; {1} or later is needed.",
        "Build with .NET SDK 10 or later (see global.json).", ExitCode.Usage)
        { Why = "The engine is compiled against a least version of Roslyn, and the SDK's own has to offer at least its interfaces." };
}
