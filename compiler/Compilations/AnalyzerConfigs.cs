using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using HotpatchBuild.Formats.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>What .editorconfig and .globalconfig files say: to generators as options, to the compiler as severities and generated-code marks.</summary>
internal sealed class AnalyzerConfigs : AnalyzerConfigOptionsProvider
{
    private readonly AnalyzerConfigSet? _set;

    private AnalyzerConfigs(AnalyzerConfigSet? set)
    {
        _set = set;
        // csc takes the global options as those of the path "".
        GlobalOptions = OptionsOf("");
    }

    public override AnalyzerConfigOptions GlobalOptions { get; }

    internal static AnalyzerConfigs Read(CSharpCommandLineArguments arguments, CompilationInputs inputs, CancellationToken cancellation)
    {
        if (arguments.AnalyzerConfigPaths.IsEmpty)
            return new AnalyzerConfigs(null);
        List<AnalyzerConfig> configs = [];
        foreach (string path in arguments.AnalyzerConfigPaths)
        {
            using StreamReader reader = new(new MemoryStream(inputs.Require(path, cancellation)), Encoding.UTF8);
            configs.Add(AnalyzerConfig.Parse(reader.ReadToEnd(), path));
        }

        AnalyzerConfigSet set = AnalyzerConfigSet.Create(configs, out ImmutableArray<Diagnostic> problems);
        return problems.FirstOrDefault(problem => problem.Severity == DiagnosticSeverity.Error) is { } error
            ? throw new HotpatchException(BuildDiagnostics.ArgumentsInvalid.With($"{error.Id}: {error.GetMessage()}"))
            : new AnalyzerConfigs(set);
    }

    public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => OptionsOf(tree.FilePath);

    public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => OptionsOf(textFile.Path);

    /// <summary>The compiler's side. Like csc it knows the files of the command line only, not the generated ones.</summary>
    internal SyntaxTreeOptionsProvider ForTrees(IEnumerable<SyntaxTree> trees) => new TreeOptions(
        _set is null ? [] : trees.ToDictionary(tree => tree, tree => _set.GetOptionsForSourcePath(tree.FilePath)),
        _set?.GlobalConfigOptions.TreeOptions ?? ImmutableDictionary<string, ReportDiagnostic>.Empty);

    private ConfigOptions OptionsOf(string path) =>
        new(_set?.GetOptionsForSourcePath(path).AnalyzerOptions ?? ImmutableDictionary.Create<string, string>(AnalyzerConfigOptions.KeyComparer));

    private sealed class ConfigOptions(ImmutableDictionary<string, string> options) : AnalyzerConfigOptions
    {
        public override IEnumerable<string> Keys => options.Keys;

        public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value) => options.TryGetValue(key, out value);
    }

    private sealed class TreeOptions(
        Dictionary<SyntaxTree, AnalyzerConfigOptionsResult> trees, ImmutableDictionary<string, ReportDiagnostic> global) : SyntaxTreeOptionsProvider
    {
        public override GeneratedKind IsGenerated(SyntaxTree tree, CancellationToken cancellationToken) =>
            trees.TryGetValue(tree, out AnalyzerConfigOptionsResult options) &&
            options.AnalyzerOptions.TryGetValue("generated_code", out string? value) && bool.TryParse(value, out bool generated)
                ? generated ? GeneratedKind.MarkedGenerated : GeneratedKind.NotGenerated
                : GeneratedKind.Unknown;

        public override bool TryGetDiagnosticValue(SyntaxTree tree, string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity)
        {
            severity = ReportDiagnostic.Default;
            bool found = trees.TryGetValue(tree, out AnalyzerConfigOptionsResult options) && options.TreeOptions.TryGetValue(diagnosticId, out severity);
            severity = Severities.NotAnError(severity);
            return found;
        }

        public override bool TryGetGlobalDiagnosticValue(string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity)
        {
            bool found = global.TryGetValue(diagnosticId, out severity);
            severity = Severities.NotAnError(severity);
            return found;
        }
    }
}
