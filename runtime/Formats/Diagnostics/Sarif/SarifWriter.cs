using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace HotpatchBuild.Formats.Diagnostics.Sarif;

/// <summary>Writes a log file in the Static Analysis Results Interchange Format (OASIS SARIF 2.1.0 errata 01; section numbers below are its).</summary>
/// <remarks>The same findings give the same bytes: no times and no machine's name are written, and of the machine's paths only where the sources are.</remarks>
public static class SarifWriter
{
    private const string Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
    private const string RootId = "%SRCROOT%";
    private const string Fingerprint = "hotpatchElement/v1";

    /// <summary>Writes one run.</summary>
    /// <param name="run">The findings.</param>
    /// <returns>JSON in UTF-8 without a byte order mark (3.1).</returns>
    public static byte[] Write(SarifRun run)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            var places = new SarifPlaces(run.SourceRoot, run.DefaultFile);
            json.WriteStartObject();
            json.WriteString("$schema", Schema);
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            Run(json, run, places);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static void Run(Utf8JsonWriter json, SarifRun run, SarifPlaces places)
    {
        List<SarifRule> rules = [.. run.Findings.GroupBy(finding => finding.Failure.Id, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new SarifRule(g.Key, g.First().Failure.Descriptor, g.First().Severity))];
        // What kept the tool from comparing is no finding about the sources (3.20.21).
        List<SarifFinding> results = [.. run.Findings.Where(IsResult)], troubles = [.. run.Findings.Where(finding => !IsResult(finding))];

        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "HotpatchBuild");
        json.WriteString("version", run.Version);
        if (run.Help is not null)
            json.WriteString("informationUri", run.Help.AbsoluteUri);
        json.WriteStartArray("rules");
        foreach (SarifRule rule in rules)
            rule.Write(json, run.Help);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();

        json.WriteStartObject("automationDetails");
        json.WriteString("id", run.Category);
        json.WriteEndObject();

        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", troubles.TrueForAll(finding => finding.Severity != FailureSeverity.Error));
        json.WriteStartArray("toolExecutionNotifications");
        foreach (SarifFinding trouble in troubles)
        {
            json.WriteStartObject();
            json.WriteStartObject("descriptor");
            json.WriteString("id", trouble.Failure.Id);
            json.WriteNumber("index", IndexOf(rules, trouble));
            json.WriteEndObject();
            Said(json, trouble, places);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();

        if (places.Root is { } root)
        {
            json.WriteStartObject("originalUriBaseIds");
            json.WriteStartObject(RootId);
            json.WriteString("uri", root);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteString("columnKind", "utf16CodeUnits");

        json.WriteStartArray("results");
        foreach (SarifFinding finding in results)
        {
            json.WriteStartObject();
            json.WriteString("ruleId", finding.Failure.Id);
            json.WriteNumber("ruleIndex", IndexOf(rules, finding));
            Said(json, finding, places);
            json.WriteStartObject("partialFingerprints");
            json.WriteString(Fingerprint, FingerprintOf(finding.Failure, places));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    // Members that results (3.27) and notifications (3.58) have in common.
    private static void Said(Utf8JsonWriter json, SarifFinding finding, SarifPlaces places)
    {
        json.WriteString("level", SarifRule.Level(finding.Severity));
        json.WriteStartObject("message");
        json.WriteString("text", $"{finding.Failure.What} {finding.Failure.WhatToDo}");
        json.WriteEndObject();
        json.WriteStartArray("locations");
        if (places.Of(finding.Failure.Where) is { } place)
        {
            json.WriteStartObject();
            json.WriteStartObject("physicalLocation");
            json.WriteStartObject("artifactLocation");
            json.WriteString("uri", place.Uri);
            if (place.InSources)
                json.WriteString("uriBaseId", RootId);
            json.WriteEndObject();
            json.WriteStartObject("region");
            json.WriteNumber("startLine", place.Line);
            json.WriteNumber("startColumn", place.Column);
            if (place.EndLine > 0)
            {
                json.WriteNumber("endLine", place.EndLine);
                json.WriteNumber("endColumn", place.EndColumn);
            }
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static bool IsResult(SarifFinding finding) => finding.Failure.ExitCode is ExitCode.Done or ExitCode.Refused;

    private static int IndexOf(List<SarifRule> rules, SarifFinding finding) => rules.FindIndex(rule => rule.Id == finding.Failure.Id);

    // Without the line, so that a finding stays the same one when lines are added above it (3.27.17).
    private static string FingerprintOf(Failure failure, SarifPlaces places) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{failure.Id}\n{places.Of(failure.Where)?.Uri}\n{failure.What}")));
}
