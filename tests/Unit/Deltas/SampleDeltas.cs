using System.Collections.Immutable;
using HotpatchBuild.Formats.Containers;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Tests.Unit.PatchImages;

namespace HotpatchBuild.Tests.Unit.Deltas;

internal static class SampleDeltas
{
    public static readonly DeltaManifest Manifest = new()
    {
        FormatVersion = DeltaManifest.CurrentFormatVersion,
        Id = "",
        Program = "Pricing",
        Baseline = new DeltaRevision("0123456789abcdef0123456789abcdef01234567", "v1.2.0", false),
        Target = new DeltaRevision("89abcdef0123456789abcdef0123456789abcdef", "89abcdef0", true),
        CreatedAt = new DateTimeOffset(2026, 3, 14, 15, 9, 26, TimeSpan.Zero),
        CreatedBy = "HotpatchBuild 0.1.0",
        Advisory = new DeltaAdvisory("Totals were rounded <down> & not half up.\nApplies to EUR’s carts.", ["CVE-2026-12345", "https://example.org/advisories/7"]),
        Modules =
        [
            new DeltaModule("Pricing", PatchEngine.Native, new Guid("6f9619ff-8b86-d011-b42d-00c04fc964ff"), Convert.ToHexStringLower(SampleImages.BuildId.AsSpan()), "", "",
            [
                new DeltaFunction("Pricing_Cart__Round", "Pricing.Cart.Round(decimal)", "src/Cart.cs", 41, 44, false),
                new DeltaFunction("Pricing_Cart__Check", "Pricing.Cart.Check(int)", null, 0, 0, true),
            ]),
        ],
    };

    public static readonly ImmutableDictionary<string, ImmutableArray<byte>> Images =
        ImmutableDictionary<string, ImmutableArray<byte>>.Empty.Add("Pricing", NativePatchImageWriter.Write(SampleImages.Small()));

    public static DeltaFile Small() => DeltaFile.Create(Manifest, Images);

    /// <summary>The files of the small delta, to be packed again in a wrong way.</summary>
    public static List<ZipItem> Items()
    {
        DeltaFile delta = Small();
        return [new ZipItem("manifest.json", delta.ManifestBytes), new ZipItem("images/Pricing.dll", delta.ImageBytesOf("Pricing"))];
    }
}
