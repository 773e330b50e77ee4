using System.Buffers.Binary;
using System.Text;

namespace HotpatchBuild.Formats.PatchImages;

/// <summary>
/// The COFF symbol and string tables (PE/COFF specification, sections 5.4 and 5.6), which let objdump show names. They are
/// for people only: the reader takes nothing from them.
/// </summary>
internal static class CoffSymbolTable
{
    private const int SymbolSize = 18;
    private const int PointerToSymbolTableOffset = 8, NumberOfSymbolsOffset = 12; // from the COFF header, which starts with Machine
    private const short AbsoluteSection = -1;
    private const ushort FunctionType = 0x20;
    private const byte ExternalClass = 2, StaticClass = 3;

    /// <summary>Appends the tables to a file and enters them in its header.</summary>
    public static byte[] Append(byte[] file, NativePatchImage image)
    {
        List<ImageSection> numbers = [.. PatchImagePEBuilder.PresentSections(image)];
        short entries = (short)(numbers.IndexOf(ImageSection.Entries) + 1), text = (short)(numbers.IndexOf(ImageSection.Text) + 1);
        using MemoryStream symbols = new(), strings = new();
        int count = 0;
        for (int i = 0; i < numbers.Count; i++)
            Add(PatchImagePEBuilder.NameOf(numbers[i]), 0, (short)(i + 1), 0, StaticClass);
        foreach (PatchFunction function in image.Functions)
        {
            Add(function.Symbol, function.TextOffset, text, FunctionType, ExternalClass);
            Add("entry." + function.Symbol, function.EntryOffset, entries, FunctionType, ExternalClass);
        }
        // A symbol's value has 32 bits; an absolute one is an address, not an offset.
        foreach (BaselineName name in image.BaselineNames.Where(n => n.Address <= uint.MaxValue))
            Add(name.Name, (uint)name.Address, AbsoluteSection, 0, ExternalClass);

        byte[] stringsSize = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(stringsSize, (int)strings.Length + 4);
        byte[] all = [.. file, .. symbols.ToArray(), .. stringsSize, .. strings.ToArray()];
        int coff = BinaryPrimitives.ReadInt32LittleEndian(all.AsSpan(0x3C)) + 4;
        BinaryPrimitives.WriteInt32LittleEndian(all.AsSpan(coff + PointerToSymbolTableOffset), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(all.AsSpan(coff + NumberOfSymbolsOffset), count);
        return all;

        void Add(string name, uint value, short section, ushort type, byte storageClass)
        {
            Span<byte> symbol = stackalloc byte[SymbolSize];
            symbol.Clear();
            byte[] utf8 = Encoding.UTF8.GetBytes(name);
            if (utf8.Length <= 8)
            {
                utf8.CopyTo(symbol);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(symbol[4..], (int)strings.Length + 4);
                strings.Write(utf8);
                strings.WriteByte(0);
            }
            BinaryPrimitives.WriteUInt32LittleEndian(symbol[8..], value);
            BinaryPrimitives.WriteInt16LittleEndian(symbol[12..], section);
            BinaryPrimitives.WriteUInt16LittleEndian(symbol[14..], type);
            symbol[16] = storageClass;
            symbols.Write(symbol);
            count++;
        }
    }
}
