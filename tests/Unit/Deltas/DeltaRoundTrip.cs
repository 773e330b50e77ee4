using System.Collections.Immutable;
using System.IO.Compression;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Tests.Unit.PatchImages;

namespace HotpatchBuild.Tests.Unit.Deltas;

public sealed class DeltaRoundTrip : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hotpatch-delta").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Delta_comes_back_as_it_was()
    {
        string path = Path.Combine(_folder, "Pricing.hotpatch");
        DeltaFile written = SampleDeltas.Small();
        written.Write(path);
        written.Write(path);
        DeltaFile read = DeltaFile.Read(path);
        Assert.Equal(written.ManifestBytes.ToArray(), read.ManifestBytes.ToArray());
        Assert.Equal(SampleDeltas.Manifest.Modules[0].Functions.ToArray(), read.Manifest.Modules[0].Functions.ToArray());
        Assert.Equal(SampleDeltas.Manifest.Advisory.Text, read.Manifest.Advisory.Text);
        Assert.Null(read.Signature);
        ImageAssert.Equal(SampleImages.Small(), read.ImageOf("Pricing"));
        ImageAssert.Equal(SampleImages.Small(), read.ImageOf(read.Manifest.Modules[0]));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Path_that_cannot_be_written_is_named_and_nothing_is_left_behind()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "taken"));
        foreach (string path in (string[])[Path.Combine(_folder, "none", "x.hotpatch"), Path.Combine(_folder, "taken"), ""])
        {
            Failure failure = Assert.Throws<HotpatchException>(() => SampleDeltas.Small().Write(path)).Failure;
            Assert.Equal((DeltaDiagnostics.CannotWrite.Id, ExitCode.Usage), (failure.Id, failure.ExitCode));
        }
        Assert.Equal([Path.Combine(_folder, "taken")], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Equal_deltas_give_equal_bytes() => Assert.Equal(SampleDeltas.Small().ToBytes().ToArray(), SampleDeltas.Small().ToBytes().ToArray());

    [Fact]
    public void Signature_stays_with_the_delta()
    {
        DeltaFile read = DeltaFile.Read(SampleDeltas.Small().WithSignature([1, 2, 3]).ToBytes().AsMemory(), "Pricing");
        Assert.Equal([1, 2, 3], read.Signature!.Value.ToArray());
    }

    [Fact]
    public void Managed_module_has_bytes_but_no_native_image()
    {
        DeltaManifest manifest = SampleDeltas.Manifest with { Modules = [SampleDeltas.Manifest.Modules[0] with { Engine = PatchEngine.Managed, BuildId = null }] };
        DeltaFile delta = DeltaFile.Create(manifest, ImmutableDictionary<string, ImmutableArray<byte>>.Empty.Add("Pricing", [1, 2, 3]));
        DeltaFile read = DeltaFile.Read(delta.ToBytes().AsMemory(), "Pricing");
        Assert.Equal([1, 2, 3], read.ImageBytesOf("Pricing").ToArray());
        Assert.Equal(DeltaDiagnostics.NoSuchModule.Id, Assert.Throws<HotpatchException>(() => read.ImageOf("Pricing")).Failure.Id);
        Assert.Equal(DeltaDiagnostics.NoSuchModule.Id, Assert.Throws<HotpatchException>(() => read.ImageBytesOf("Other")).Failure.Id);
    }

    [Fact]
    public void Other_zip_programs_open_it()
    {
        using ZipArchive zip = new(new MemoryStream([.. SampleDeltas.Small().WithSignature([1]).ToBytes()]));
        Assert.Equal(["images/Pricing.dll", "manifest.json", "signature.p7s"], zip.Entries.Select(e => e.FullName));
    }

    [Fact]
    public void Delta_that_another_zip_program_packed_again_is_read()
    {
        using MemoryStream packed = new();
        using (ZipArchive zip = new(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (Formats.Containers.ZipItem item in SampleDeltas.Items())
            {
                using Stream content = zip.CreateEntry(item.Path, item.Path == "manifest.json" ? CompressionLevel.NoCompression : CompressionLevel.Fastest).Open();
                content.Write(item.Content.AsSpan());
            }
        }
        packed.Position = 0;
        Assert.Equal(SampleDeltas.Small().Manifest.Id, DeltaFile.Read(packed, "Pricing").Manifest.Id);
    }

    [Fact]
    public void One_line_fix_takes_at_most_10_KB()
    {
        DeltaFile delta = DeltaFile.Create(SampleDeltas.Manifest, SampleDeltas.Images.SetItem("Pricing", NativePatchImageWriter.Write(SampleImages.OneLineFix())));
        Assert.InRange(delta.ToBytes().Length, 1, 10 * 1024);
    }

    [Fact]
    public void Id_is_that_of_the_content_alone()
    {
        string id = SampleDeltas.Small().Manifest.Id;
        DeltaManifest later = SampleDeltas.Manifest with { Id = "other", CreatedAt = DateTimeOffset.UnixEpoch, CreatedBy = "somebody" };
        Assert.Equal(id, DeltaFile.Create(later, SampleDeltas.Images).Manifest.Id);
    }

    public static TheoryData<DeltaManifest> OtherContents
    {
        get
        {
            DeltaManifest m = SampleDeltas.Manifest;
            DeltaModule module = m.Modules[0];
            DeltaFunction function = module.Functions[0];
            return
            [
                m with { Program = "Other" },
                m with { Baseline = m.Baseline with { Commit = m.Target.Commit } },
                m with { Baseline = m.Baseline with { Describe = "v1" } },
                m with { Target = m.Target with { Modified = false } },
                m with { Advisory = m.Advisory with { Text = "" } },
                m with { Advisory = m.Advisory with { Identifiers = ["CVE-2026-12345"] } },
                m with { Modules = [module with { Mvid = Guid.Empty }] },
                m with { Modules = [module with { Functions = [] }] },
                m with { Modules = [module with { Functions = [function] }] },
                m with { Modules = [module with { Functions = [.. module.Functions.Reverse()] }] },
                m with { Modules = [module with { Functions = [function with { Symbol = "x" }, module.Functions[1]] }] },
                m with { Modules = [module with { Functions = [function with { DisplayName = "x" }, module.Functions[1]] }] },
                m with { Modules = [module with { Functions = [function with { File = null }, module.Functions[1]] }] },
                m with { Modules = [module with { Functions = [function with { FirstLine = 40 }, module.Functions[1]] }] },
                m with { Modules = [module with { Functions = [function with { LastLine = 45 }, module.Functions[1]] }] },
                m with { Modules = [module with { Functions = [function with { Added = true }, module.Functions[1]] }] },
            ];
        }
    }

    [Theory]
    [MemberData(nameof(OtherContents), DisableDiscoveryEnumeration = true)]
    public void Other_content_has_another_id(DeltaManifest other) =>
        Assert.NotEqual(SampleDeltas.Small().Manifest.Id, DeltaFile.Create(other, SampleDeltas.Images).Manifest.Id);

    [Fact]
    public void Other_image_has_another_id()
    {
        ImmutableArray<byte> image = NativePatchImageWriter.Write(SampleImages.Small().With(ImageSection.ReadOnlyData, 0, 9));
        Assert.NotEqual(SampleDeltas.Small().Manifest.Id, DeltaFile.Create(SampleDeltas.Manifest, SampleDeltas.Images.SetItem("Pricing", image)).Manifest.Id);
    }
}
