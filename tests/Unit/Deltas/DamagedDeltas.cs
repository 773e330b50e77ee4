using System.Collections.Immutable;
using HotpatchBuild.Formats.Containers;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Tests.Unit.PatchImages;

namespace HotpatchBuild.Tests.Unit.Deltas;

public class DamagedDeltas
{
    private static readonly DeltaFile Good = SampleDeltas.Small();

    [Fact]
    public void Every_mutation_of_the_container_gives_a_delta_or_a_failure()
    {
        byte[] stored = [.. Good.ToBytes()];
        int accepted = Mutations.Survives([stored, [.. Good.WithSignature([1, 2, 3]).ToBytes()]], 8_000, bytes => DeltaFile.Read(bytes, "x"));
        // Times, attributes and versions of the zip headers are nobody's business.
        Assert.InRange(accepted, 1, 4_000);
    }

    [Fact]
    public void Every_mutation_of_the_manifest_gives_a_delta_or_a_failure()
    {
        ZipItem image = SampleDeltas.Items()[1];
        Mutations.Survives([[.. Good.ManifestBytes]], 3_000, bytes => DeltaFile.Read(ZipContainerWriter.Write([new ZipItem("manifest.json", [.. bytes]), image]).AsMemory(), "x"));
    }

    [Fact]
    public void Every_mutation_of_a_manifest_that_is_given_its_right_id_is_a_delta_or_a_failure()
    {
        int accepted = Mutations.Survives([[.. Good.ManifestBytes]], 3_000, bytes =>
        {
            DeltaManifest manifest = DeltaManifestText.Read(bytes, "x");
            DeltaFile written = DeltaFile.Create(manifest, SampleDeltas.Images);
            Assert.Equal(written.Manifest.Id, DeltaFile.Read(written.ToBytes().AsMemory(), "x").Manifest.Id);
        });
        Assert.InRange(accepted, 1, 2_999);
    }
}
