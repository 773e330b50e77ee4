using HotpatchBuild.Tests.Edits.Building;
using HotpatchBuild.Tests.Edits.Format;
using HotpatchBuild.Tests.Edits.Running;

namespace HotpatchBuild.Tests.Edits;

/// <summary>Every edit of the catalogue on a live, optimised process of CoreCLR. One of them: <c>--filter "DisplayName~discount-threshold"</c>.</summary>
[TestCaseOrderer(CatalogueOrder.Type, CatalogueOrder.Assembly)]
public sealed class ManagedEdits
{
    public static TheoryData<string> Edits => [.. Catalogue.Edits.Select(e => e.Key)];

    [Theory]
    [MemberData(nameof(Edits))]
    public void Have_the_fate_that_the_catalogue_says(string edit) => EditAssert.AsExpected(EditResults.Managed, edit);
}

/// <summary>Edits of the catalogue on a live NativeAOT process: a third of them, and all with HOTPATCH_ALL_EDITS=1.</summary>
[TestCaseOrderer(CatalogueOrder.Type, CatalogueOrder.Assembly)]
public sealed class NativeEdits
{
    public static TheoryData<string> Edits => [.. Catalogue.Edits.Where(e => EditResults.All || EditResults.IsInEveryRun(e)).Select(e => e.Key)];

    [Theory]
    [MemberData(nameof(Edits))]
    public void Have_the_fate_that_the_catalogue_says(string edit) => EditAssert.AsExpected(EditResults.Native, edit);
}

internal static class EditAssert
{
    public static void AsExpected(IEngineUnderTest engine, string key)
    {
        CatalogueEdit edit = Catalogue.Edit(key);
        string problems = EditCheck.Problems(edit, EditResults.Expected(engine, edit).Fate, EditResults.Of(engine, edit));
        Assert.True(problems.Length == 0, problems);
    }
}
