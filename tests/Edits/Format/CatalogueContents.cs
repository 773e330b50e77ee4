namespace HotpatchBuild.Tests.Edits.Format;

/// <summary>The catalogue as a whole.</summary>
public sealed class CatalogueContents
{
    [Fact]
    public void There_are_120_edits_at_least() => Assert.True(Catalogue.Edits.Count() >= 120, $"{Catalogue.Edits.Count()} edits were read.");

    [Fact]
    public void Every_refusal_has_its_reason() => Assert.Empty(Catalogue.Edits
        .Where(e => (e.Managed.Fate.Kind == FateKind.Refused || e.Native.Fate.Kind == FateKind.Refused) && e.Managed.Why.Length + e.Native.Why.Length == 0)
        .Select(e => $"{e.Place}: {e.Key} is refused, and nothing says why."));
}
