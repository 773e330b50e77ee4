namespace HotpatchBuild.Tests.Edits.Format;

/// <summary>The catalogue as a whole.</summary>
public sealed class CatalogueContents
{
    [Fact]
    public void There_are_120_edits_at_least() => Assert.True(Catalogue.Edits.Count() >= 120, $"{Catalogue.Edits.Count()} edits were read.");

    [Fact]
    public void Every_refusal_has_its_reason() =>
        Assert.All(Catalogue.Edits, edit => Assert.True(
            edit.Managed.Fate.Kind != FateKind.Refused && edit.Native.Fate.Kind != FateKind.Refused || edit.Managed.Why.Length + edit.Native.Why.Length > 0,
            $"{edit.Place}: {edit.Key} is refused, and nothing says why."));
}
