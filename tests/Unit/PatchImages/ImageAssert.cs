using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Tests.Unit.PatchImages;

/// <summary>Compares images by content (records compare immutable arrays by identity).</summary>
internal static class ImageAssert
{
    public static void Equal(NativePatchImage expected, NativePatchImage actual)
    {
        Assert.Equal(expected.BaselineBuildId.ToArray(), actual.BaselineBuildId.ToArray());
        foreach (ImageSection section in Enum.GetValues<ImageSection>())
            Assert.True(expected.Sections[section].AsSpan().SequenceEqual(actual.Sections[section].AsSpan()), $"{section} differs");
        Assert.Equal(expected.Functions.Select(f => f with { PatchPoint = null }), actual.Functions.Select(f => f with { PatchPoint = null }));
        Assert.Equal(
            expected.Functions.Select(f => f.PatchPoint is { } p ? (p.Address, p.Size, p.WholeBodyIdle, Convert.ToHexString(p.Original.AsSpan())) : default),
            actual.Functions.Select(f => f.PatchPoint is { } p ? (p.Address, p.Size, p.WholeBodyIdle, Convert.ToHexString(p.Original.AsSpan())) : default));
        Assert.Equal(expected.Fixups.ToArray(), actual.Fixups.ToArray());
        Assert.Equal(expected.UnwindSlots.ToArray(), actual.UnwindSlots.ToArray());
        Assert.Equal(expected.BaselineNames.ToArray(), actual.BaselineNames.ToArray());
        Assert.Equal(expected.StaticBlocks.ToArray(), actual.StaticBlocks.ToArray());
        Assert.Equal(expected.Statics.Select(s => (s.Symbol, Convert.ToHexString(s.Layout.AsSpan()), s.Data, s.References)), actual.Statics.Select(s => (s.Symbol, Convert.ToHexString(s.Layout.AsSpan()), s.Data, s.References)));
    }
}
