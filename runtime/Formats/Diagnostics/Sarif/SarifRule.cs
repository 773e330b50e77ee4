using System.Text.Json;
using System.Text.RegularExpressions;

namespace HotpatchBuild.Formats.Diagnostics.Sarif;

/// <summary>A <c>reportingDescriptor</c> (SARIF 3.49): what is the same for all findings of one number.</summary>
/// <param name="Id">The diagnostic's number.</param>
/// <param name="Descriptor">Its words; null where only a report of it is known.</param>
/// <param name="Reported">How it was reported, for where there is no descriptor.</param>
internal sealed partial record SarifRule(string Id, DiagnosticDescriptor? Descriptor, FailureSeverity Reported)
{
    /// <summary>A severity as SARIF names it (3.27.10).</summary>
    public static string Level(FailureSeverity severity) => severity == FailureSeverity.Error ? "error" : "warning";

    /// <summary>Writes the rule.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="help">The folder of the diagnostics' pages; a rule's helpUri must be absolute (3.49.12), so without it there is none.</param>
    public void Write(Utf8JsonWriter json, Uri? help)
    {
        json.WriteStartObject();
        json.WriteString("id", Id);
        if (Descriptor is not null)
        {
            json.WriteString("name", NameOf(Descriptor.Title));
            Text(json, "shortDescription", Descriptor.Title + ".");
            Text(json, "fullDescription", Descriptor.Why);
            string whatToDo = Placeholder().Replace(Descriptor.WhatToDo, "…");
            json.WriteStartObject("help");
            json.WriteString("text", $"{Descriptor.Why} {whatToDo}");
            json.WriteString("markdown", $"**Why.** {Markdown(Descriptor.Why)}\n\n**What to do.** {Markdown(whatToDo)}\n\nAll about it: `docs/diagnostics/{Id}.md`");
            json.WriteEndObject();
        }
        if (help is not null)
            json.WriteString("helpUri", DiagnosticDescriptor.PageOf(help, Id));
        json.WriteStartObject("defaultConfiguration");
        json.WriteString("level", Level(Descriptor?.Severity ?? Reported));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    // An identifier in Pascal case (3.49.7).
    private static string NameOf(string title) => string.Concat(Word().Matches(title).Select(word => char.ToUpperInvariant(word.Value[0]) + word.Value[1..]));

    private static string Markdown(string text) => text.Replace("<", "&lt;", StringComparison.Ordinal);

    [GeneratedRegex(@"\{\d+(:[^}]*)?\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("[A-Za-z0-9]+")]
    private static partial Regex Word();
}
