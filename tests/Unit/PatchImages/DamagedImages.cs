using System.Collections.Immutable;
using System.Reflection.PortableExecutable;
using System.Text;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Tests.Unit.PatchImages;

public class DamagedImages
{
    private static readonly ImmutableArray<byte> Good = NativePatchImageWriter.Write(SampleImages.Small());

    [Fact]
    public void Every_mutation_gives_an_image_or_a_failure()
    {
        byte[][] files = [[.. Good], [.. NativePatchImageWriter.Write(SampleImages.Random(11))], [.. NativePatchImageWriter.Write(SampleImages.OneLineFix())]];
        int accepted = Mutations.Survives(files, 9_000, ReadAndWriteAgain);
        Assert.InRange(accepted, 1, 8_999);
    }

    [Fact]
    public void Every_mutation_of_the_table_gives_an_image_or_a_failure()
    {
        TableWriter table = new();
        HotpatchTableLayout.Table(table, SampleImages.Small());
        TableWriter larger = new();
        HotpatchTableLayout.Table(larger, SampleImages.Random(5));
        int accepted = Mutations.Survives([table.ToArray(), larger.ToArray()], 9_000, bytes => ReadAndWriteAgain([.. new PatchImagePEBuilderProbe(SampleImages.Small(), bytes).File()]));
        Assert.InRange(accepted, 1, 8_999);
    }

    [Fact]
    public void Every_truncation_of_the_table_is_refused()
    {
        TableWriter table = new();
        HotpatchTableLayout.Table(table, SampleImages.Small());
        byte[] bytes = table.ToArray();
        for (int length = 1; length < bytes.Length; length++)
            Fails(ImageDiagnostics.BadTable, new PatchImagePEBuilderProbe(SampleImages.Small(), bytes[..length]).File());
    }

    [Fact]
    public void Altered_original_bytes_are_named()
    {
        byte[] original = [.. SampleImages.Small().Functions[0].PatchPoint!.Original];
        byte[] file = [.. Good];
        file[file.AsSpan().IndexOf(original)] ^= 1;
        Failure failure = Fails(ImageDiagnostics.OriginalHashDiffers, file);
        Assert.Contains("Pricing_Cart__Round", failure.What);
    }

    [Fact]
    public void A_newer_table_asks_for_an_update()
    {
        byte[] file = [.. Good];
        file[file.AsSpan().IndexOf("HPBT"u8) + 4]++;
        Assert.Contains($"version {HotpatchTableLayout.Version + 1}", Fails(ImageDiagnostics.UnknownVersion, file).What);
    }

    [Fact]
    public void A_count_beyond_the_bytes_left_allocates_nothing()
    {
        byte[] table = [.. "HPBT"u8, (byte)HotpatchTableLayout.Version, 1, 0xAA, 0xFF, 0xFF, 0xFF, 0xFF, 0x07];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Fails(ImageDiagnostics.BadTable, new PatchImagePEBuilderProbe(SampleImages.Small(), table).File());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MZ")]
    [InlineData("#!/bin/sh\n")]
    public void Other_files_are_no_images(string content) => Fails(ImageDiagnostics.NotAnImage, Encoding.ASCII.GetBytes(content));

    [Fact]
    public void A_managed_assembly_is_no_native_image() =>
        Fails(ImageDiagnostics.NotAnImage, File.ReadAllBytes(typeof(NativePatchImage).Assembly.Location));

    [Fact]
    public void Another_machine_is_refused()
    {
        byte[] file = [.. Good];
        file[new PEHeaders(new MemoryStream(file)).CoffHeaderStartOffset + 1] = 0xAA;
        Fails(ImageDiagnostics.NotAnImage, file);
    }

    [Theory]
    [InlineData(".text", ".rdata", "stands twice")]
    [InlineData(".text", ".bss", "unknown")]
    [InlineData(".hotpatc", ".reloc", "missing")]
    public void Wrong_section_names_are_refused(string name, string other, string because)
    {
        byte[] file = [.. Good];
        Span<byte> header = file.AsSpan(file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(name)), 8);
        header.Clear();
        Encoding.ASCII.GetBytes(other, header);
        Assert.Contains(because, Fails(ImageDiagnostics.BadSections, file).What);
    }

    private static Failure Fails(DiagnosticDescriptor expected, byte[] file)
    {
        Failure failure = Assert.Throws<HotpatchException>(() => NativePatchImageReader.Read(file)).Failure;
        Assert.Equal(expected.Id, failure.Id);
        Assert.Equal(ExitCode.Integrity, failure.ExitCode);
        return failure;
    }

    // An accepted image is a valid one: it can be written, and comes back.
    private static void ReadAndWriteAgain(byte[] file)
    {
        NativePatchImage image = NativePatchImageReader.Read(file);
        ImageAssert.Equal(image, NativePatchImageReader.Read(NativePatchImageWriter.Write(image).AsMemory()));
    }

    /// <summary>Puts any bytes into the place of the table.</summary>
    private sealed class PatchImagePEBuilderProbe(NativePatchImage image, byte[] table)
    {
        public byte[] File()
        {
            System.Reflection.Metadata.BlobBuilder file = new();
            new PatchImagePEBuilder(image, table).Serialize(file);
            return file.ToArray();
        }
    }
}
