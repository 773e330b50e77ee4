using HotpatchBuild.Tests.Edits.Format;
using HotpatchBuild.Tests.Edits.Running;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Edits.Reporting;

/// <summary>The page on what becomes of edits. A run with HOTPATCH_ALL_EDITS=1 writes it, from what became of them in that run.</summary>
public sealed class DocsAgree
{
    private static string Page => Path.Combine(SampleCache.RepositoryRoot, "docs/edits.md");

    [Fact]
    public void The_page_says_what_the_catalogue_says()
    {
        if (EditResults.All)
            File.WriteAllText(Page, EditReport.Text(Catalogue.Files, Reported.Actual));
        Assert.Equal(EditReport.Text(Catalogue.Files, Reported.Expected), File.ReadAllText(Page));
    }
}
