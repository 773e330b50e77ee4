using HotpatchBuild.Formats.Diagnostics;
using Microsoft.CodeAnalysis.CSharp;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>The compiler's own parser over recorded arguments.</summary>
internal static class ParsedArguments
{
    internal static CSharpCommandLineArguments Parse(CompilerArguments arguments)
    {
        // No SDK folder: csc on .NET passes none either, so nothing comes in that the command line doesn't name.
        CSharpCommandLineArguments parsed = CSharpCommandLineParser.Default.Parse(arguments.Arguments, arguments.BaseDirectory, sdkDirectory: null);
        if (parsed.Errors.FirstOrDefault(error => error.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error) is { } error)
            throw new HotpatchException(BuildDiagnostics.ArgumentsInvalid.With($"{error.Id}: {error.GetMessage()}"));
        if (parsed.OutputFileName is null || parsed.CompilationName is null)
            throw new HotpatchException(BuildDiagnostics.ArgumentsInvalid.With("there is no /out"));
        return parsed.CompilationOptions.Deterministic ? parsed : throw new HotpatchException(BuildDiagnostics.NotDeterministic.With());
    }
}
