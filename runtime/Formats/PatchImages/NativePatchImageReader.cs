using System.Collections.Immutable;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.PatchImages;

/// <summary>Reads a native patch image. Any bytes give either an image that keeps all rules or a failure.</summary>
public static class NativePatchImageReader
{
    /// <summary>Larger tables are refused, so that what is allocated for their rows has a bound.</summary>
    private const int MaximumTableSize = 16 << 20;

    /// <summary>Reads an image.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <returns>The image; all five sections are present, absent ones as empty. Fields that a fixup names hold zero.</returns>
    /// <exception cref="HotpatchException">The bytes are no valid patch image (HPB3101 to HPB3107).</exception>
    public static NativePatchImage Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length > NativePatchImageRules.MaximumSize)
            throw new HotpatchException(ImageDiagnostics.TooLarge.With(file.Length, NativePatchImageRules.MaximumSize));
        Dictionary<string, byte[]> parts = Sections(file);
        if (!parts.Remove(HotpatchTableLayout.SectionName, out byte[]? tableBytes))
            throw new HotpatchException(ImageDiagnostics.BadSections.With($"{HotpatchTableLayout.SectionName} is missing"));
        if (tableBytes.Length > MaximumTableSize)
            throw new HotpatchException(ImageDiagnostics.TooLarge.With(tableBytes.Length, MaximumTableSize));

        // By number; the first is none.
        byte[][] sections = [[], Take(ImageSection.Entries), Take(ImageSection.Text), Take(ImageSection.ReadOnlyData), Take(ImageSection.Data), Take(ImageSection.Unwind)];
        foreach (string unknown in parts.Keys)
            throw new HotpatchException(ImageDiagnostics.BadSections.With($"{Printable(unknown)} is unknown"));

        TableReader reader = new(tableBytes);
        NativePatchImage table = HotpatchTableLayout.Table(reader, Blank);
        reader.End();
        foreach (Fixup fixup in table.Fixups)
            ClearField(sections, fixup);
        NativePatchImage image = table with
        {
            Sections = new ImageSections
            {
                [ImageSection.Entries] = Bytes(ImageSection.Entries),
                [ImageSection.Text] = Bytes(ImageSection.Text),
                [ImageSection.ReadOnlyData] = Bytes(ImageSection.ReadOnlyData),
                [ImageSection.Data] = Bytes(ImageSection.Data),
                [ImageSection.Unwind] = Bytes(ImageSection.Unwind),
            },
        };
        NativePatchImageRules.Check(image);
        return image;

        byte[] Take(ImageSection section) => parts.Remove(PatchImagePEBuilder.NameOf(section), out byte[]? bytes) ? bytes : [];

        ImmutableArray<byte> Bytes(ImageSection section) => ImmutableCollectionsMarshal.AsImmutableArray(sections[(int)section]);
    }

    private static NativePatchImage Blank => new()
    {
        BaselineBuildId = [],
        Sections = new ImageSections(),
        Functions = [],
        Fixups = [],
        UnwindSlots = [],
        BaselineNames = [],
    };

    // A field that is not inside its section is left to the rules, which name it.
    private static void ClearField(byte[][] sections, Fixup fixup)
    {
        uint width = NativePatchImageRules.Width(fixup.Kind);
        if ((int)fixup.Field.Section < sections.Length && sections[(int)fixup.Field.Section] is var bytes && (ulong)fixup.Field.Offset + width <= (ulong)bytes.Length)
            bytes.AsSpan((int)fixup.Field.Offset, (int)width).Clear();
    }

    private static Dictionary<string, byte[]> Sections(ReadOnlyMemory<byte> file)
    {
        PEHeaders headers = Headers(file);
        if (headers.CoffHeader.Machine != Machine.Amd64 || headers.PEHeader is not { Magic: PEMagic.PE32Plus })
            throw new HotpatchException(ImageDiagnostics.NotAnImage.With("it is for another machine"));
        Dictionary<string, byte[]> parts = new(StringComparer.Ordinal);
        long endOfAddresses = 0;
        foreach (SectionHeader header in headers.SectionHeaders)
        {
            // The file holds a section whole: what is zero at its end is written too.
            if (header.VirtualSize <= 0 || header.SizeOfRawData < header.VirtualSize || header.PointerToRawData <= 0
                || (long)header.PointerToRawData + header.SizeOfRawData > file.Length)
                throw new HotpatchException(ImageDiagnostics.BadSections.With($"{Printable(header.Name)} is not inside the file"));
            if (header.VirtualAddress < endOfAddresses)
                throw new HotpatchException(ImageDiagnostics.BadSections.With($"{Printable(header.Name)} overlaps the one before it"));
            endOfAddresses = (long)header.VirtualAddress + header.VirtualSize;
            if (!parts.TryAdd(header.Name, file.Slice(header.PointerToRawData, header.VirtualSize).ToArray()))
                throw new HotpatchException(ImageDiagnostics.BadSections.With($"{Printable(header.Name)} stands twice"));
        }
        return parts;
    }

    private static PEHeaders Headers(ReadOnlyMemory<byte> file)
    {
        try
        {
            using MemoryStream stream = new(file.ToArray(), writable: false);
            return new PEHeaders(stream, file.Length, isLoadedImage: false);
        }
        catch (BadImageFormatException e)
        {
            throw new HotpatchException(ImageDiagnostics.NotAnImage.With("its headers are damaged"), e);
        }
    }

    private static string Printable(string name) => Texts.IsName(name, 64) ? name : "a section without a printable name";
}
