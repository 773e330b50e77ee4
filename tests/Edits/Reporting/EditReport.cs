using System.Globalization;
using System.Text;
using HotpatchBuild.Tests.Edits.Building;
using HotpatchBuild.Tests.Edits.Format;
using HotpatchBuild.Tests.Edits.Running;

namespace HotpatchBuild.Tests.Edits.Reporting;

/// <summary>Writes <c>docs/edits.md</c>.</summary>
internal static class EditReport
{
    private const string Head = """
        # What becomes of edits

        Every edit of the catalogue (`tests/Edits/Catalogue/`), each made to a small program and taken through both engines: both revisions are built, the delta is made, the
        program of the old revision runs warmed up and optimised (CoreCLR of .NET 10; NativeAOT of net9.0 with the package's flags), and the command `hotpatch` applies the delta
        and rolls it back. What the process prints before, in between and afterwards is compared with what the catalogue says, and so is what a newly started process of the new
        revision prints. Tests fail when a fate changes. **Patched**: all of it was as it must be. **Refused**: there is no delta, for the reasons that the numbers
        stand for, and the process goes on as it was. **Nothing**: no code changed, so there is no delta.

        An ordinary run takes every edit through the managed engine and a third of them, always the same, through the native one. All of them, and this page:

            HOTPATCH_ALL_EDITS=1 dotnet test tests/Edits -c Release

        `HOTPATCH_EDITS_RESULTS=<file>` lists what became of each edit; `--filter "DisplayName~discount-threshold"` takes one.
        """;

    /// <summary>The page.</summary>
    /// <param name="files">The catalogue.</param>
    /// <param name="outcome">What became of an edit under an engine.</param>
    public static string Text(IReadOnlyCollection<CatalogueFile> files, Func<IEngineUnderTest, CatalogueEdit, Reported> outcome)
    {
        var text = new StringBuilder();
        text.Append(Head.ReplaceLineEndings("\n")).Append("\n\n## Totals\n\n").Append(Totals([.. files.SelectMany(f => f.Edits)], outcome));
        foreach (CatalogueFile file in files)
        {
            text.Append($"\n## {file.Name}\n\n{file.Description}\n\n| edit | what | managed | native |\n| --- | --- | --- | --- |\n");
            foreach (CatalogueEdit edit in file.Edits)
                text.Append($"| {edit.Id} | {Cell(edit.Title)} | {Cell(outcome(EditResults.Managed, edit))} | {Cell(outcome(EditResults.Native, edit))} |\n");
            List<string> reasons = [.. file.Edits.SelectMany(Reasons)];
            if (reasons.Count > 0)
                text.Append('\n').AppendJoin('\n', reasons).Append('\n');
        }
        return text.ToString();
    }

    private static string Totals(List<CatalogueEdit> all, Func<IEngineUnderTest, CatalogueEdit, Reported> outcome)
    {
        List<CatalogueEdit> changing = [.. all.Where(e => e.ChangesBehaviour)];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{all.Count} edits; {changing.Count} of them change what the program does, and the shares are of these.\n\n");
        text.Append("| engine | patched | refused | nothing to do | wrong |\n| --- | --- | --- | --- | --- |\n");
        foreach (IEngineUnderTest engine in EditResults.Engines)
        {
            List<Reported> reported = [.. changing.Select(e => outcome(engine, e))];
            int wrong = all.Count(e => outcome(engine, e).IsWrong);
            text.Append($"| {engine.Name} | {Share(FateKind.Patched)} | {Share(FateKind.Refused)} | {Share(FateKind.Nothing)} | {wrong} |\n");

            string Share(FateKind kind)
            {
                int count = reported.Count(r => !r.IsWrong && r.Fate.Kind == kind);
                return string.Create(CultureInfo.InvariantCulture, $"{count} ({100.0 * count / Math.Max(1, reported.Count):0.0} %)");
            }
        }
        return text.ToString();
    }

    private static string Cell(Reported reported) =>
        reported.IsWrong ? "**wrong**"
        : reported.Fate.Kind == FateKind.Refused ? "refused: " + string.Join(", ", reported.Fate.Ids.Select(id => $"[{id}](diagnostics/{id}.md)"))
        : reported.Fate.ToString();

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static IEnumerable<string> Reasons(CatalogueEdit edit)
    {
        bool both = edit.Managed.Fate.Equals(edit.Native.Fate) && edit.Managed.Why.Length == 0;
        if (edit.Managed.Why.Length > 0)
            yield return $"- {edit.Id}, managed: {edit.Managed.Why}";
        if (edit.Native.Why.Length > 0)
            yield return $"- {edit.Id}{(both ? "" : ", native")}: {edit.Native.Why}";
    }
}
