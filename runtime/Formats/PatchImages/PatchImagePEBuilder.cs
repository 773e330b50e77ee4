using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;

namespace HotpatchBuild.Formats.PatchImages;

/// <summary>Lays out the PE file of a native patch image.</summary>
internal sealed class PatchImagePEBuilder(NativePatchImage image, byte[] table) : PEBuilder(
    new PEHeaderBuilder(
        Machine.Amd64,
        sectionAlignment: 0x1000,
        fileAlignment: 0x200,
        imageBase: ImageBase,
        imageCharacteristics: Characteristics.ExecutableImage | Characteristics.LargeAddressAware | Characteristics.Dll,
        subsystem: Subsystem.Native,
        dllCharacteristics: 0),
    content => BlobContentId.FromHash(Hash(content)))
{
    /// <summary>
    /// Preferred address. Nothing loads the file there, but disassemblers show it: code at 1 GiB reaches the baseline's own
    /// link-time addresses (which start near 0) with 32-bit distances, so their calls show the address that the baseline's symbols have.
    /// </summary>
    public const ulong ImageBase = 0x4000_0000;

    private readonly Dictionary<ImageSection, ulong> _addresses = [];

    /// <summary>The PE section of a part.</summary>
    public static string NameOf(ImageSection section) => section switch
    {
        ImageSection.Entries => ".entry",
        ImageSection.Text => ".text",
        ImageSection.ReadOnlyData => ".rdata",
        ImageSection.Data => ".data",
        ImageSection.Unwind => ".eh_fram",
        _ => throw new ArgumentOutOfRangeException(nameof(section)),
    };

    /// <summary>The parts that the file has, in file order. An empty PE section is not valid, so an empty part has none.</summary>
    public static IEnumerable<ImageSection> PresentSections(NativePatchImage image) =>
        NativePatchImageRules.SectionOrder.Where(section => !NativePatchImageRules.Bytes(image, section).IsEmpty);

    /// <inheritdoc/>
    protected override ImmutableArray<Section> CreateSections() =>
    [
        .. PresentSections(image).Select(section => new Section(NameOf(section), CharacteristicsOf(section))),
        new Section(HotpatchTableLayout.SectionName, SectionCharacteristics.ContainsInitializedData | SectionCharacteristics.MemRead | SectionCharacteristics.MemDiscardable),
    ];

    /// <inheritdoc/>
    protected override BlobBuilder SerializeSection(string name, SectionLocation location)
    {
        BlobBuilder bytes = new();
        if (name == HotpatchTableLayout.SectionName)
        {
            bytes.WriteBytes(table);
            return bytes;
        }
        ImageSection section = NativePatchImageRules.SectionOrder.Single(s => NameOf(s) == name);
        if (_addresses.Count == 0)
            PlaceSections(section, location);
        bytes.WriteBytes(Resolve(section));
        return bytes;
    }

    /// <inheritdoc/>
    protected override PEDirectoriesBuilder GetDirectories() => new();

    private static byte[] Hash(IEnumerable<Blob> content)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Blob blob in content)
            hash.AppendData(blob.GetBytes());
        return hash.GetHashAndReset();
    }

    private static SectionCharacteristics CharacteristicsOf(ImageSection section) => section switch
    {
        ImageSection.Entries or ImageSection.Text => SectionCharacteristics.ContainsCode | SectionCharacteristics.MemExecute | SectionCharacteristics.MemRead,
        ImageSection.Data => SectionCharacteristics.ContainsInitializedData | SectionCharacteristics.MemRead | SectionCharacteristics.MemWrite,
        _ => SectionCharacteristics.ContainsInitializedData | SectionCharacteristics.MemRead,
    };

    // The base class tells a section's place when it asks for its bytes; a fixup needs the places of later sections too.
    // They follow by the base class's own rule: each starts at the next multiple of the section alignment.
    private void PlaceSections(ImageSection first, SectionLocation location)
    {
        ulong next = ImageBase + (uint)location.RelativeVirtualAddress, alignment = (ulong)Header.SectionAlignment;
        foreach (ImageSection section in PresentSections(image).SkipWhile(s => s != first))
        {
            _addresses.Add(section, next);
            next = (next + (ulong)NativePatchImageRules.Bytes(image, section).Length + alignment - 1) / alignment * alignment;
        }
    }

    // Resolved as if the image stood at its preferred address, for disassemblers; the reader puts the zeros back.
    private byte[] Resolve(ImageSection section)
    {
        byte[] bytes = NativePatchImageRules.Bytes(image, section).ToArray();
        foreach (Fixup fixup in image.Fixups.Where(f => f.Field.Section == section))
        {
            if (fixup.Image is { } place && !_addresses.ContainsKey(place.Section))
                continue;
            ulong target = fixup.Image is { } inside ? _addresses[inside.Section] + inside.Offset : fixup.BaselineAddress;
            Span<byte> field = bytes.AsSpan((int)fixup.Field.Offset);
            long value = (long)target + fixup.Addend;
            if (fixup.Kind == FixupKind.Absolute64)
            {
                BinaryPrimitives.WriteInt64LittleEndian(field, value);
                continue;
            }
            long distance = value - (long)(_addresses[section] + fixup.Field.Offset);
            if (distance is >= int.MinValue and <= int.MaxValue)
                BinaryPrimitives.WriteInt32LittleEndian(field, (int)distance);
        }
        return bytes;
    }
}
