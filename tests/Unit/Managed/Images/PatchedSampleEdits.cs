using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using HotpatchBuild.Tests.Unit.Edits;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Managed.Images;

/// <summary>
/// The thirty edits of <c>Edits/Sample/</c> as deltas of the managed engine: the patched program, which ran before the switch, does what the new
/// build does, or the edit is refused by number. <c>docs/managed-edits.md</c> has the outcome; with HOTPATCH_ALL_EDITS=1 it is written again.
/// </summary>
public class PatchedSampleEdits
{
    private const string Driver = """
        public static class T
        {
            public static void Before() => Run();
            public static string Run() { Shop.Out.Text.Clear(); Shop.Program.Main([]).GetAwaiter().GetResult(); return Shop.Out.Text.ToString(); }
        }
        namespace Shop
        {
            public static class Out
            {
                public static readonly System.Text.StringBuilder Text = new();
                public static void WriteLine() => Text.Append('\n');
                public static void WriteLine(object? value) => Text.Append(value).Append('\n');
                public static void Write(object? value) => Text.Append(value);
            }
        }
        """;

    public static TheoryData<string> Rows => SampleEdits.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Do_what_the_new_build_does_or_are_refused(string id)
    {
        LinkedDelta delta = Delta(id);
        if (delta.Result.Refusals.IsEmpty)
            Assert.Equal(delta.Full(), delta.Patched());
        Assert.Contains(Row(id, delta), File.ReadAllText(Report), StringComparison.Ordinal);
    }

    [Fact]
    public void All_stand_in_the_report()
    {
        if (Environment.GetEnvironmentVariable("HOTPATCH_ALL_EDITS") == "1")
            File.WriteAllText(Report, Text());
        string text = File.ReadAllText(Report);
        Assert.All(SampleEdits.Titles, t => Assert.Contains($"| {t.Id} | {t.Title} |", text, StringComparison.Ordinal));
    }

    private static string Report => Path.Combine(SampleCache.RepositoryRoot, "docs/managed-edits.md");

    private static LinkedDelta Delta(string id) => LinkedDelta.Of(Prepared(SampleEdits.Sources()), Prepared(SampleEdits.SourcesOf(id)));

    // The program's output goes into a text of its own: tests run side by side, and there is one console. The JSON that it writes needs a source
    // generator, which does not run here.
    private static ImmutableArray<(string Path, string Text)> Prepared(Dictionary<string, string> sources) =>
    [
        .. sources.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => ($"/src/{s.Key}", s.Value.Replace("Console.Write", "Out.Write", StringComparison.Ordinal)
            .Replace("svc.Export(); ", "\"\"; ", StringComparison.Ordinal).Replace("svc.Import(json)", "json", StringComparison.Ordinal))),
        ("/src/Driver.cs", Driver),
    ];

    private static string Row(string id, LinkedDelta delta) => $"| {id} | {SampleEdits.Titles.Single(t => t.Id == id).Title} | {Outcome(delta)} |";

    private static string Outcome(LinkedDelta delta)
    {
        if (!delta.Result.Refusals.IsEmpty)
            return "refused: " + string.Join(", ", delta.Result.Refusals.Select(r => r.Id).Distinct().Order(StringComparer.Ordinal));
        var functions = delta.Result.Modules.SelectMany(m => m.Functions).ToList();
        return string.Create(CultureInfo.InvariantCulture, $"patched: {functions.Count(f => !f.Added)} changed, {functions.Count(f => f.Added)} new");
    }

    private static string Text()
    {
        var text = new StringBuilder();
        text.AppendLine("# Which edits the managed engine patches").AppendLine();
        text.AppendLine("Thirty typical bug fixes of a small shop program (`tests/Unit/Edits/Sample/`), each made into a delta against the program before it. Patched means that");
        text.AppendLine("the program, which ran before the switch, gave the new build's output behind it; otherwise the diagnostics of the refusal. Written by").AppendLine();
        text.AppendLine("    HOTPATCH_ALL_EDITS=1 dotnet test tests/Unit --filter FullyQualifiedName~PatchedSampleEdits").AppendLine();
        text.AppendLine("| edit | what | outcome |");
        text.AppendLine("| --- | --- | --- |");
        int patched = 0, all = 0;
        List<string> details = [];
        foreach (var (id, _) in SampleEdits.Titles)
        {
            LinkedDelta delta = Delta(id);
            all++;
            patched += delta.Result.Refusals.IsEmpty ? 1 : 0;
            text.AppendLine(Row(id, delta));
            details.AddRange(delta.Result.Refusals.Take(3).Select(r => $"- {id}: {r.Id} {r.What}"));
        }
        text.AppendLine(CultureInfo.InvariantCulture, $"| | **patched** | **{patched} of {all} ({100.0 * patched / all:0} %)** |");
        text.AppendLine().AppendLine("## What is said about the refused ones").AppendLine();
        foreach (string detail in details)
            text.AppendLine(detail);
        return text.ToString();
    }
}
