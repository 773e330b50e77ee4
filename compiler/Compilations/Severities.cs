using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>
/// Warnings stay warnings. The ordinary build judges them; it also runs the analyzers that may suppress one, which the compilation here
/// doesn't. Severities leave no trace in what is emitted.
/// </summary>
internal static class Severities
{
    internal static ReportDiagnostic NotAnError(ReportDiagnostic severity) => severity == ReportDiagnostic.Error ? ReportDiagnostic.Warn : severity;

    internal static CSharpCompilationOptions WithoutWarningsAsErrors(CSharpCompilationOptions options) => options
        .WithGeneralDiagnosticOption(options.GeneralDiagnosticOption == ReportDiagnostic.Error ? ReportDiagnostic.Default : options.GeneralDiagnosticOption)
        .WithSpecificDiagnosticOptions(options.SpecificDiagnosticOptions.ToImmutableDictionary(pair => pair.Key, pair => NotAnError(pair.Value)));
}
