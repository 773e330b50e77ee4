using System.Text;
using System.Text.Json;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Diagnostics.Sarif;

namespace HotpatchBuild.Tests.Unit.Diagnostics;

/// <summary>Logs for code scanning: valid by the rules of SARIF 2.1.0, and with what a developer needs in them.</summary>
public class SarifLogs
{
    private static readonly DiagnosticDescriptor Refusal = new("HPB1998", "Field <added> to it", "{0} is new ({1:0.#}).", "Keep {0}.", ExitCode.Refused) { Why = "There is no List<T> of room." };
    private static readonly DiagnosticDescriptor Remark = new("HPB1999", "Constant changed", "{0} changed.", "Check it.", ExitCode.Done) { Why = "It is folded." };
    private static readonly DiagnosticDescriptor Trouble = new("HPB2999", "No git", "There is no git.", "Install it.", ExitCode.Usage) { Why = "It is needed." };

    [Fact]
    public void Without_findings_have_an_empty_list_of_results()
    {
        JsonElement run = Run([]);
        Assert.Equal(0, run.GetProperty("results").GetArrayLength());
        Assert.Equal(0, run.GetProperty("tool").GetProperty("driver").GetProperty("rules").GetArrayLength());
        Assert.True(run.GetProperty("invocations")[0].GetProperty("executionSuccessful").GetBoolean());
    }

    [Fact]
    public void Name_the_rule_and_the_place_of_each_finding()
    {
        JsonElement run = Run(
        [
            new(Refusal.At(new SourceLocation("/src/shop/A file.cs", 7, 5, 7, 12), "C.a", 1.25), FailureSeverity.Error),
            new(Remark.At(new SourceLocation("/_/lib/B.cs", 3), "C.b"), FailureSeverity.Warning),
            new(Refusal.At(new SourceLocation("/other/C.cs", 1), "C.c", 2), FailureSeverity.Warning),
            new(Remark.With("C.d"), FailureSeverity.Warning),
        ]);
        JsonElement rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules"), results = run.GetProperty("results");
        Assert.Equal(["HPB1998", "HPB1999"], rules.EnumerateArray().Select(rule => rule.GetProperty("id").GetString()));
        Assert.Equal("FieldAddedToIt", rules[0].GetProperty("name").GetString());
        Assert.Equal("There is no List<T> of room. Keep ….", rules[0].GetProperty("help").GetProperty("text").GetString());
        Assert.Contains("There is no List&lt;T> of room.", rules[0].GetProperty("help").GetProperty("markdown").GetString(), StringComparison.Ordinal);
        Assert.Equal("https://help.example/pages/HPB1998.md", rules[0].GetProperty("helpUri").GetString());
        Assert.Equal("error", rules[0].GetProperty("defaultConfiguration").GetProperty("level").GetString());

        Assert.Equal([0, 1, 0, 1], results.EnumerateArray().Select(result => result.GetProperty("ruleIndex").GetInt32()));
        Assert.Equal(["error", "warning", "warning", "warning"], results.EnumerateArray().Select(result => result.GetProperty("level").GetString()!));
        Assert.Equal("C.a is new (1.3). Keep C.a.", results[0].GetProperty("message").GetProperty("text").GetString());
        Assert.Equal(["A%20file.cs", "lib/B.cs", "file:///other/C.cs", "App.csproj"], results.EnumerateArray().Select(result => Place(result).GetProperty("artifactLocation").GetProperty("uri").GetString()!));
        Assert.Equal([true, true, false, true], results.EnumerateArray().Select(result => Place(result).GetProperty("artifactLocation").TryGetProperty("uriBaseId", out _)));
        JsonElement region = Place(results[0]).GetProperty("region");
        Assert.Equal((7, 5, 7, 12), (region.GetProperty("startLine").GetInt32(), region.GetProperty("startColumn").GetInt32(), region.GetProperty("endLine").GetInt32(), region.GetProperty("endColumn").GetInt32()));
        Assert.Equal("file:///src/shop/", run.GetProperty("originalUriBaseIds").GetProperty("%SRCROOT%").GetProperty("uri").GetString());
    }

    [Fact]
    public void Keep_what_a_finding_is_known_by_when_its_line_moves()
    {
        string First(int line, string element) => Run([new(Refusal.At(new SourceLocation("/src/shop/A.cs", line), element, 1), FailureSeverity.Error)])
            .GetProperty("results")[0].GetProperty("partialFingerprints").EnumerateObject().Single().Value.GetString()!;
        Assert.Equal(First(7, "C.a"), First(900, "C.a"));
        Assert.NotEqual(First(7, "C.a"), First(7, "C.b"));
    }

    [Fact]
    public void Tell_what_kept_the_tool_from_comparing_apart_from_findings()
    {
        JsonElement run = Run([new(Trouble.With(), FailureSeverity.Error)]);
        Assert.Equal(0, run.GetProperty("results").GetArrayLength());
        JsonElement invocation = run.GetProperty("invocations")[0];
        Assert.False(invocation.GetProperty("executionSuccessful").GetBoolean());
        Assert.Equal("HPB2999", invocation.GetProperty("toolExecutionNotifications")[0].GetProperty("descriptor").GetProperty("id").GetString());
    }

    [Fact]
    public void Hold_every_diagnostic_of_the_product_by_the_rules()
    {
        JsonElement run = Run([.. DiagnosticCatalogue.All.Select(d => new SarifFinding(
            new Failure(d.Descriptor.Id, d.Descriptor.Message, d.Descriptor.WhatToDo, null, d.Descriptor.ExitCode) { Descriptor = d.Descriptor }, d.Descriptor.Severity))]);
        Assert.Equal(DiagnosticCatalogue.All.Count, run.GetProperty("tool").GetProperty("driver").GetProperty("rules").GetArrayLength());
    }

    private static JsonElement Place(JsonElement result) => result.GetProperty("locations")[0].GetProperty("physicalLocation");

    private static JsonElement Run(IReadOnlyList<SarifFinding> findings)
    {
        byte[] log = SarifWriter.Write(new SarifRun
        {
            Version = "0.1.0", Category = "hotpatch/App/net10.0/", SourceRoot = "/src/shop", DefaultFile = "/src/shop/App.csproj", Help = new Uri("https://help.example/pages/"), Findings = findings,
        });
        Assert.Equal((byte)'{', log[0]);
        SarifRules.Check(Encoding.UTF8.GetString(log));
        return JsonDocument.Parse(log).RootElement.GetProperty("runs")[0];
    }
}
