using System.Text.Json;
using System.Text.RegularExpressions;

namespace HotpatchBuild.Tests.Unit.Diagnostics;

/// <summary>What SARIF 2.1.0 and its schema ask of the members that we write; a member that we do not know fails too.</summary>
internal static partial class SarifRules
{
    private static readonly string[] Levels = ["none", "note", "warning", "error"];

    /// <summary>Checks a whole log.</summary>
    /// <param name="text">The log.</param>
    public static void Check(string text)
    {
        JsonElement log = JsonDocument.Parse(text).RootElement;
        Members(log, "log", ["version", "runs"], ["$schema"]);
        Assert.Equal("2.1.0", log.GetProperty("version").GetString());
        Absolute(log.GetProperty("$schema"));
        foreach (JsonElement run in log.GetProperty("runs").EnumerateArray())
            Run(run);
    }

    private static void Run(JsonElement run)
    {
        Members(run, "run", ["tool", "results"], ["automationDetails", "invocations", "originalUriBaseIds", "columnKind"]);
        Members(run.GetProperty("tool"), "tool", ["driver"], []);
        JsonElement driver = run.GetProperty("tool").GetProperty("driver");
        Members(driver, "driver", ["name"], ["version", "informationUri", "rules"]);
        Assert.NotEqual("", driver.GetProperty("version").GetString());
        if (driver.TryGetProperty("informationUri", out JsonElement information))
            Absolute(information);
        List<JsonElement> rules = [.. driver.GetProperty("rules").EnumerateArray()];
        Assert.Equal(rules.Count, rules.Select(rule => rule.GetProperty("id").GetString()).Distinct().Count());
        rules.ForEach(Rule);
        Members(run.GetProperty("automationDetails"), "automationDetails", [], ["id"]);
        Assert.Contains(run.GetProperty("columnKind").GetString(), (string[])["utf16CodeUnits", "unicodeCodePoints"]);
        var bases = run.TryGetProperty("originalUriBaseIds", out JsonElement ids) ? ids.EnumerateObject().ToDictionary(id => id.Name, id => id.Value) : [];
        foreach (JsonElement root in bases.Values)
        {
            Members(root, "originalUriBaseIds", [], ["uri"]);
            Absolute(root.GetProperty("uri"));
            Assert.EndsWith("/", root.GetProperty("uri").GetString(), StringComparison.Ordinal);
        }
        foreach (JsonElement invocation in run.GetProperty("invocations").EnumerateArray())
        {
            Members(invocation, "invocation", ["executionSuccessful"], ["toolExecutionNotifications"]);
            foreach (JsonElement notification in invocation.GetProperty("toolExecutionNotifications").EnumerateArray())
            {
                Members(notification, "notification", ["message"], ["descriptor", "level", "locations"]);
                Members(notification.GetProperty("descriptor"), "descriptor", [], ["id", "index"]);
                Assert.Equal(rules[notification.GetProperty("descriptor").GetProperty("index").GetInt32()].GetProperty("id").GetString(), notification.GetProperty("descriptor").GetProperty("id").GetString());
                Said(notification, bases.Keys);
            }
        }
        foreach (JsonElement result in run.GetProperty("results").EnumerateArray())
        {
            Members(result, "result", ["message"], ["ruleId", "ruleIndex", "level", "locations", "partialFingerprints"]);
            Assert.Equal(rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString(), result.GetProperty("ruleId").GetString());
            Said(result, bases.Keys);
            Assert.All(result.GetProperty("partialFingerprints").EnumerateObject(), fingerprint => Assert.Matches(@"^[^/]+/v\d+$", fingerprint.Name));
        }
    }

    private static void Rule(JsonElement rule)
    {
        Members(rule, "rule", ["id"], ["name", "shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration"]);
        Assert.Matches("^[A-Za-z0-9]+$", rule.GetProperty("name").GetString());
        foreach (string text in (string[])["shortDescription", "fullDescription"])
        {
            Members(rule.GetProperty(text), text, ["text"], []);
            Sentence(rule.GetProperty(text).GetProperty("text"));
        }
        Members(rule.GetProperty("help"), "help", ["text"], ["markdown"]);
        Sentence(rule.GetProperty("help").GetProperty("text"));
        if (rule.TryGetProperty("helpUri", out JsonElement page))
            Absolute(page);
        Members(rule.GetProperty("defaultConfiguration"), "defaultConfiguration", [], ["level"]);
        Assert.Contains(rule.GetProperty("defaultConfiguration").GetProperty("level").GetString(), Levels);
    }

    private static void Said(JsonElement said, IEnumerable<string> bases)
    {
        Assert.Contains(said.GetProperty("level").GetString(), Levels);
        Members(said.GetProperty("message"), "message", ["text"], []);
        foreach (JsonElement location in said.GetProperty("locations").EnumerateArray())
        {
            Members(location, "location", [], ["physicalLocation"]);
            JsonElement place = location.GetProperty("physicalLocation"), artifact = place.GetProperty("artifactLocation"), region = place.GetProperty("region");
            Members(place, "physicalLocation", ["artifactLocation"], ["region"]);
            Members(artifact, "artifactLocation", ["uri"], ["uriBaseId"]);
            if (artifact.TryGetProperty("uriBaseId", out JsonElement id))
            {
                // A reference that is relative must not begin with a slash, or the base would have no effect (3.4.4).
                Assert.Contains(id.GetString(), bases);
                Assert.DoesNotMatch("^/|:", artifact.GetProperty("uri").GetString());
                Assert.True(Uri.IsWellFormedUriString(artifact.GetProperty("uri").GetString(), UriKind.Relative));
            }
            else
            {
                Absolute(artifact.GetProperty("uri"));
            }
            Members(region, "region", [], ["startLine", "startColumn", "endLine", "endColumn"]);
            Assert.All(region.EnumerateObject(), number => Assert.True(number.Value.GetInt32() >= 1));
            if (region.TryGetProperty("endLine", out JsonElement end))
                Assert.True(end.GetInt32() >= region.GetProperty("startLine").GetInt32());
        }
    }

    private static void Sentence(JsonElement text) => Assert.Matches(Ending(), text.GetString());

    private static void Absolute(JsonElement uri) => Assert.True(Uri.IsWellFormedUriString(uri.GetString(), UriKind.Absolute), uri.GetString());

    private static void Members(JsonElement element, string what, string[] wanted, string[] allowed)
    {
        List<string> names = [.. element.EnumerateObject().Select(member => member.Name)];
        Assert.Empty(wanted.Except(names).Select(name => $"{what} has no {name}"));
        Assert.Empty(names.Except(wanted).Except(allowed).Select(name => $"{what} has an unknown {name}"));
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    [GeneratedRegex(@"[.…]$")]
    private static partial Regex Ending();
}
