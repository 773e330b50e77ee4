using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Tests.Unit.Edits;

namespace HotpatchBuild.Tests.Unit.Diagnostics;

/// <summary>The pages under <c>docs/diagnostics/</c>, written from the descriptors and, for edits, from the table of edits that the tests compare.</summary>
internal static partial class DiagnosticPages
{
    /// <summary>The list of all pages.</summary>
    public const string Index = "README.md";

    private static readonly (char Range, string Name)[] Parts =
        [('1', "Edits (build)"), ('2', "Revisions, baselines and patch images (build)"), ('3', "Delta files"), ('4', "Processes and the `hotpatch` command")];

    // What the reader is shown is the shortest program that meets the diagnostic.
    private static readonly Dictionary<string, EditCase> Examples = EditCase.All.Values
        .SelectMany(row => row.Expected.Split('\n').Where(line => line.StartsWith("! ", StringComparison.Ordinal) || line.StartsWith("~ ", StringComparison.Ordinal))
            .Select(line => (Id: line[2..9], Row: row)))
        .GroupBy(met => met.Id)
        .ToDictionary(g => g.Key, g => g.Select(met => met.Row).OrderBy(Others).ThenBy(row => row.Before.Length + row.After.Length).ThenBy(row => row.Name, StringComparer.Ordinal).First());

    /// <summary>Every page by its file's name.</summary>
    public static IReadOnlyDictionary<string, string> All() =>
        DiagnosticCatalogue.All.Select(d => KeyValuePair.Create($"{d.Descriptor.Id}.md", Page(d.Descriptor))).Append(KeyValuePair.Create(Index, List())).ToDictionary();

    private static string Page(DiagnosticDescriptor descriptor)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# {descriptor.Id}: {descriptor.Title}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"> {Template(descriptor.Message)}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"**Why.** {descriptor.Why}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"**What to do.** {Template(descriptor.WhatToDo)}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"| | |\n| --- | --- |\n| severity | {SeverityOf(descriptor)} |\n");
        page.Append(CultureInfo.InvariantCulture, $"| exit code of `hotpatch` | {ExitCodeOf(descriptor)} |\n");
        if (Examples.TryGetValue(descriptor.Id, out EditCase? example))
            page.Append(Example(descriptor, example));
        page.Append(CultureInfo.InvariantCulture, $"\n[All diagnostics]({Index})\n");
        return page.ToString();
    }

    private static string Example(DiagnosticDescriptor descriptor, EditCase row)
    {
        var edits = row.Compare();
        string said = edits.Refusals.Concat(edits.Warnings).First(failure => failure.Id == descriptor.Id).What;
        string engine = row.Options.Contains("managed") ? "managed engine" : row.Options.Contains("library") ? "library" : "";
        return $"\n## Example\n\n{Capital(row.Name)}{(engine.Length == 0 ? "" : $" ({engine})")}. Before:\n\n```csharp\n{row.Before}\n```\n\nAfter:\n\n```csharp\n{row.After}\n```\n\nThe build says: {said}\n";
    }

    private static string List()
    {
        var list = new StringBuilder();
        list.Append("# Diagnostics\n\n");
        list.Append("Every refusal, warning and error of HotpatchBuild has a number that never changes. Written from the descriptors in the code by\n\n");
        list.Append(CultureInfo.InvariantCulture, $"    {PagesTests.Variable}=1 dotnet test tests/Unit --filter FullyQualifiedName~{nameof(PagesTests)}\n");
        foreach ((char range, string name) in Parts)
        {
            list.Append(CultureInfo.InvariantCulture, $"\n## {name}\n\n| number | title | severity |\n| --- | --- | --- |\n");
            foreach (DiagnosticDescriptor descriptor in DiagnosticCatalogue.All.Select(d => d.Descriptor).Where(d => d.Id[3] == range))
                list.Append(CultureInfo.InvariantCulture, $"| [{descriptor.Id}]({descriptor.Id}.md) | {descriptor.Title} | {(descriptor.Severity == FailureSeverity.Error ? "error" : "warning")} |\n");
        }
        return list.ToString();
    }

    private static int Others(EditCase row) => row.Expected.Split('\n').Count(line => line.StartsWith('!') || line.StartsWith('~'));

    private static string SeverityOf(DiagnosticDescriptor descriptor) => descriptor switch
    {
        { Severity: FailureSeverity.Warning } => "warning",
        { ExitCode: ExitCode.Refused } when descriptor.Id[3] is '1' or '2' => "error; with `-p:HotpatchOnRefusal=warn` refusals of a change are warnings and the build passes without a delta",
        _ => "error",
    };

    private static string ExitCodeOf(DiagnosticDescriptor descriptor) => descriptor switch
    {
        { Severity: FailureSeverity.Warning } => "0 (a warning alone stops nothing)",
        { ExitCode: ExitCode.Usage } => "1 (usage)",
        { ExitCode: ExitCode.Refused } => "2 (refused, nothing changed)",
        { ExitCode: ExitCode.NoTarget } => "3 (no such process, or no permission)",
        { ExitCode: ExitCode.Integrity } => "4 (a signature or a checksum does not hold)",
        { ExitCode: ExitCode.NoSafeMoment } => "5 (no safe moment found in time, nothing changed)",
        _ => "0",
    };

    // How numbers and dates are written is of no use to the reader.
    private static string Template(string text) => Formatting().Replace(text, "{$1}").Replace("<", "&lt;", StringComparison.Ordinal);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    [GeneratedRegex(@"\{(\d+):[^}]*\}")]
    private static partial Regex Formatting();
}
