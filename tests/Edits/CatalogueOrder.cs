using Xunit.Abstractions;
using Xunit.Sdk;

namespace HotpatchBuild.Tests.Edits;

/// <summary>Edits of one program one after the other: what was made of its baseline is still at hand then.</summary>
public sealed class CatalogueOrder : ITestCaseOrderer
{
    public const string Type = "HotpatchBuild.Tests.Edits.CatalogueOrder", Assembly = "HotpatchBuild.Tests.Edits";

    public IEnumerable<T> OrderTestCases<T>(IEnumerable<T> testCases)
        where T : ITestCase => testCases.OrderBy(test => test.DisplayName, StringComparer.Ordinal);
}
