namespace HotpatchBuild.Tool.Output;

/// <summary>A delta's summary as text.</summary>
internal static class DeltaText
{
    public static void Write(DeltaOutput delta, TextWriter text)
    {
        Line(text, $"delta {delta.Id} of {delta.Program}");
        Line(text, $"  from {Of(delta.Baseline)}");
        Line(text, $"  to   {Of(delta.Target)}");
        Line(text, $"  made {Phrases.Time(delta.CreatedAt)} by {delta.CreatedBy}");
        if (delta.Advisory.Text.Length > 0)
            Line(text, $"  {delta.Advisory.Text}");
        if (delta.Advisory.Identifiers.Count > 0)
            Line(text, $"  {string.Join(", ", delta.Advisory.Identifiers)}");
        Line(text, $"  calls under way: {delta.ActiveCode.Policy switch
        {
            "wait" => $"wait up to {delta.ActiveCode.TimeoutSeconds} s until there are none",
            "refuse" => "refuse to be applied while there are any",
            _ => "finish with the code they began with",
        }}");
        Line(text, $"  {Signature(delta.Signature)}");
    }

    private static string Of(RevisionOutput revision) =>
        $"{revision.Describe} ({(revision.Commit.Length > 0 ? Phrases.Id(revision.Commit) : "no commit known")}{(revision.Modified ? ", with changes that are in no commit" : "")})";

    private static string Signature(SignatureOutput? signature) => signature switch
    {
        null or { State: "unsigned" } => "not signed",
        { State: "trusted" } => $"signed by {signature.Signer}, trusted until {Phrases.Time(signature.NotAfter ?? default)}",
        _ => $"signed by {signature.Signer} ({signature.Thumbprint}); whether to trust it was not asked (--trust)",
    };

    private static void Line(TextWriter text, string line) => text.WriteLine(Reporter.OneLine(line));
}
