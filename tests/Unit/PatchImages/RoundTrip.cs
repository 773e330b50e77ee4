using System.Collections.Immutable;
using System.Reflection.PortableExecutable;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Tests.Unit.PatchImages;

public class RoundTrip
{
    [Fact]
    public void Small_image_comes_back_as_it_was() => Comes_back(SampleImages.Small());

    [Fact]
    public void Image_with_static_fields_comes_back_as_it_was() => Comes_back(SampleImages.WithStatics());

    [Fact]
    public void Random_images_come_back_as_they_were()
    {
        for (int seed = 0; seed < 500; seed++)
            Comes_back(SampleImages.Random(seed));
    }

    [Fact]
    public void Image_without_sections_and_functions_comes_back() => Comes_back(new NativePatchImage
    {
        BaselineBuildId = [1],
        Sections = new ImageSections(),
        Functions = [],
        Fixups = [],
        UnwindSlots = [],
        BaselineNames = [],
    });

    [Fact]
    public void Equal_images_give_equal_bytes() =>
        Assert.Equal(NativePatchImageWriter.Write(SampleImages.Random(3)).ToArray(), NativePatchImageWriter.Write(SampleImages.Random(3)).ToArray());

    [Fact]
    public void Different_images_give_different_bytes() =>
        Assert.NotEqual(NativePatchImageWriter.Write(SampleImages.Small()).ToArray(), NativePatchImageWriter.Write(SampleImages.Small().With(ImageSection.ReadOnlyData, 0, 9)).ToArray());

    [Fact]
    public void Headers_are_those_of_a_valid_PE_file()
    {
        ImmutableArray<byte> file = NativePatchImageWriter.Write(SampleImages.Small());
        using PEReader pe = new(file);
        Assert.Equal(Machine.Amd64, pe.PEHeaders.CoffHeader.Machine);
        Assert.Equal(PEMagic.PE32Plus, pe.PEHeaders.PEHeader!.Magic);
        Assert.Equal([".entry", ".text", ".rdata", ".data", ".eh_fram", ".hotpatc"], pe.PEHeaders.SectionHeaders.Select(s => s.Name));
        SectionHeader last = pe.PEHeaders.SectionHeaders[^1];
        int alignment = pe.PEHeaders.PEHeader.SectionAlignment;
        Assert.Equal((last.VirtualAddress + last.VirtualSize + alignment - 1) / alignment * alignment, pe.PEHeaders.PEHeader.SizeOfImage);
        Assert.All(pe.PEHeaders.SectionHeaders, s => Assert.Equal(0, s.VirtualAddress % alignment));
    }

    [Fact]
    public void Fields_are_resolved_in_the_file_and_zero_in_the_model()
    {
        ImmutableArray<byte> file = NativePatchImageWriter.Write(SampleImages.Small());
        using PEReader pe = new(file);
        SectionHeader entry = pe.PEHeaders.SectionHeaders[0], text = pe.PEHeaders.SectionHeaders[1];
        int jump = SampleImages.RelativeAt(file.AsSpan(), entry.PointerToRawData + 1);
        Assert.Equal(text.VirtualAddress, entry.VirtualAddress + 5 + jump);
        Assert.Equal(0, SampleImages.RelativeAt(NativePatchImageReader.Read(file.AsMemory()).Sections[ImageSection.Entries].AsSpan(), 1));
    }

    private static void Comes_back(NativePatchImage image) =>
        ImageAssert.Equal(image, NativePatchImageReader.Read(NativePatchImageWriter.Write(image).AsMemory()));
}
