using HotpatchBuild.Tests.Edits.Format;
using HotpatchBuild.Tests.Edits.Running;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Edits.Reporting;

/// <summary>
/// The page on what becomes of edits. A run with HOTPATCH_ALL_EDITS=1 writes it, from what became of them in that run. Where only texts of the catalogue have
/// changed, HOTPATCH_EDITS_PAGE=1 writes it from the catalogue: the tests of the edits hold that against what becomes of them.
/// </summary>
public sealed class DocsAgree
{
    private static string Page => Path.Combine(SampleCache.RepositoryRoot, "docs/edits.md");

    [Fact]
    public void The_page_says_what_the_catalogue_says()
    {
        if (EditResults.All)
            File.WriteAllText(Page, EditReport.Text(Catalogue.Files, Reported.Actual));
        else if (Environment.GetEnvironmentVariable("HOTPATCH_EDITS_PAGE") == "1")
            File.WriteAllText(Page, EditReport.Text(Catalogue.Files, Reported.Expected));
        Assert.Equal(EditReport.Text(Catalogue.Files, Reported.Expected), File.ReadAllText(Page));
    }
}
