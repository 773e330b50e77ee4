using System.Text.RegularExpressions;

namespace HotpatchBuild.Tests.Unit.Managed.Images;

/// <summary>One row of the tables in <c>Cases/</c>: a program whose text has both revisions in it, <c>«before¦after»</c>; behind <c>--- library</c> a library
/// that it uses.</summary>
internal sealed partial record LinkCase(string Name, string Program, string? Library)
{
    /// <summary>All rows by name.</summary>
    public static IReadOnlyDictionary<string, LinkCase> All { get; } = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Managed", "Images", "Cases"), "*.txt")
        .Order(StringComparer.Ordinal).SelectMany(f => Read(File.ReadAllText(f))).ToDictionary(c => c.Name);

    /// <summary>Links the row's revisions.</summary>
    public LinkedDelta Link() => Library is null
        ? LinkedDelta.Of(Revision(Program, 1), Revision(Program, 2))
        : LinkedDelta.Of(Revision(Program, 1), Revision(Program, 2), Revision(Library, 1), Revision(Library, 2));

    /// <summary>One revision of a text.</summary>
    public static string Revision(string text, int which) => Alternatives().Replace(text, m => m.Groups[which].Value);

    private static IEnumerable<LinkCase> Read(string text)
    {
        foreach (string block in ("\n" + text.ReplaceLineEndings("\n")).Split("\n=== ", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = block.Split("\n--- library\n");
            int line = parts[0].IndexOf('\n', StringComparison.Ordinal);
            yield return new LinkCase(parts[0][..line].Trim(), parts[0][line..], parts.Length > 1 ? parts[1] : null);
        }
    }

    [GeneratedRegex("«([^¦»]*)¦([^»]*)»", RegexOptions.CultureInvariant)]
    private static partial Regex Alternatives();
}
