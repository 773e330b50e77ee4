using System.Runtime.InteropServices;
using System.Text;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Compiler.Native.Elf;

/// <summary>
/// Writes a relocatable ELF64 object for x86-64. The result depends on the calls alone (no time, no path), and is what
/// <see cref="ElfFile"/> reads: both share <see cref="ElfLayout"/>.
/// </summary>
internal sealed class ElfObjectWriter
{
    private readonly List<ElfObjectSection> _sections = [];
    private readonly List<ElfObjectSymbol> _symbols = [];

    public ElfObjectSection AddSection(string name, ElfSectionType type, ElfSectionFlags flags, ulong alignment, ReadOnlyMemory<byte> content) =>
        Add(new ElfObjectSection(name, type, flags, alignment, content, (ulong)content.Length));

    /// <summary>Adds a section of zeros that take no space in the file.</summary>
    public ElfObjectSection AddZeroFilledSection(string name, ElfSectionFlags flags, ulong alignment, ulong size) =>
        Add(new ElfObjectSection(name, ElfSectionType.NoBits, flags, alignment, default, size));

    /// <summary>Adds a section with one note; <paramref name="descriptorOffset"/> is where the descriptor starts in it, for relocations.</summary>
    public ElfObjectSection AddNoteSection(string name, string owner, uint type, ReadOnlySpan<byte> descriptor, out ulong descriptorOffset)
    {
        const int alignment = 4;
        byte[] ownerBytes = Encoding.ASCII.GetBytes(owner + '\0');
        int start = AlignUp(ElfLayout.NoteHeader.Size + ownerBytes.Length, alignment);
        byte[] content = new byte[AlignUp(start + descriptor.Length, alignment)];
        MemoryMarshal.Write(content, new ElfLayout.NoteHeader
        {
            OwnerLength = (uint)ownerBytes.Length,
            DescriptorLength = (uint)descriptor.Length,
            Type = type,
        });
        ownerBytes.CopyTo(content, ElfLayout.NoteHeader.Size);
        descriptor.CopyTo(content.AsSpan(start));
        descriptorOffset = (ulong)start;
        return AddSection(name, ElfSectionType.Note, ElfSectionFlags.Alloc, alignment, content);
    }

    /// <summary>Adds the empty section by which an object says that it needs no executable stack.</summary>
    public void AddStackNote() => AddSection(".note.GNU-stack", ElfSectionType.ProgramBits, ElfSectionFlags.None, 1, default);

    public ElfObjectSymbol AddSymbol(ElfObjectSymbol symbol)
    {
        _symbols.Add(symbol);
        return symbol;
    }

    public byte[] ToArray()
    {
        // gABI chapter 4, "Symbol Table": all local symbols come first, and sh_info is the index of the first that is not.
        List<ElfObjectSymbol> symbols = [.. _sections.Select(s => s.Start), .. _symbols.OrderBy(s => s.Binding != ElfSymbolBinding.Local)];
        int firstGlobal = 1 + symbols.TakeWhile(s => s.Binding == ElfSymbolBinding.Local).Count();
        Dictionary<ElfObjectSymbol, uint> symbolIndex = [];
        foreach (ElfObjectSymbol symbol in symbols)
            symbolIndex.Add(symbol, (uint)symbolIndex.Count + 1);
        Dictionary<ElfObjectSection, ushort> sectionIndex = [];
        foreach (ElfObjectSection section in _sections)
            sectionIndex.Add(section, checked((ushort)(sectionIndex.Count + 1)));

        List<ElfObjectSection> relocated = [.. _sections.Where(s => s.Relocations.Count > 0)];
        int symbolTable = _sections.Count + relocated.Count + 1, stringTable = symbolTable + 1, sectionNames = stringTable + 1, count = sectionNames + 1;
        if (count >= ElfConstants.FirstReservedSection)
            throw new InvalidOperationException("The writer does not write extended section numbers.");

        var output = new MemoryStream();
        output.SetLength(ElfLayout.FileHeader.Size);
        output.Position = ElfLayout.FileHeader.Size;
        var headers = new ElfLayout.SectionHeader[count];
        var names = new StringTable();
        foreach (ElfObjectSection section in _sections)
        {
            ref ElfLayout.SectionHeader header = ref headers[sectionIndex[section]];
            header = Append(output, section.Content.Span, names.Add(section.Name), section.Type, section.Alignment, 0);
            header.Flags = (ulong)section.Flags;
            header.Length = section.Size;
        }
        for (int i = 0; i < relocated.Count; i++)
        {
            ElfObjectSection section = relocated[i];
            ElfLayout.Rela[] entries = [.. section.Relocations.Select(r => new ElfLayout.Rela
            {
                Offset = r.Offset,
                Type = (uint)r.Type,
                Symbol = symbolIndex[r.Symbol],
                Addend = r.Addend,
            })];
            ref ElfLayout.SectionHeader header = ref headers[_sections.Count + 1 + i];
            header = Append(output, MemoryMarshal.AsBytes<ElfLayout.Rela>(entries), names.Add(".rela" + section.Name), ElfSectionType.Rela, 8, ElfLayout.Rela.Size);
            header.Flags = (ulong)ElfSectionFlags.InfoLink;
            header.Link = (uint)symbolTable;
            header.Info = sectionIndex[section];
        }

        var symbolNames = new StringTable();
        ElfLayout.Symbol[] symbolEntries = [default, .. symbols.Select(s => new ElfLayout.Symbol
        {
            Name = symbolNames.Add(s.Name),
            Info = (byte)(((int)s.Binding << 4) | (int)s.Type),
            Other = (byte)s.Visibility,
            Section = s.Section is null ? ElfConstants.UndefinedSection : sectionIndex[s.Section],
            Value = s.Value,
            Length = s.Size,
        })];
        headers[symbolTable] = Append(
            output, MemoryMarshal.AsBytes<ElfLayout.Symbol>(symbolEntries), names.Add(".symtab"), ElfSectionType.SymbolTable, 8, ElfLayout.Symbol.Size);
        headers[symbolTable].Link = (uint)stringTable;
        headers[symbolTable].Info = (uint)firstGlobal;
        headers[stringTable] = Append(output, symbolNames.Bytes, names.Add(".strtab"), ElfSectionType.StringTable, 1, 0);
        uint ownName = names.Add(".shstrtab");
        headers[sectionNames] = Append(output, names.Bytes, ownName, ElfSectionType.StringTable, 1, 0);

        Pad(output, 8);
        ulong sectionsOffset = (ulong)output.Position;
        output.Write(MemoryMarshal.AsBytes<ElfLayout.SectionHeader>(headers));
        byte[] file = output.ToArray();
        MemoryMarshal.Write(file, new ElfLayout.FileHeader
        {
            Magic = ElfConstants.Magic,
            Class = ElfConstants.Class64,
            Data = ElfConstants.LittleEndian,
            IdentVersion = ElfConstants.CurrentVersion,
            Type = (ushort)ElfFileType.Relocatable,
            Machine = ElfConstants.MachineX64,
            Version = ElfConstants.CurrentVersion,
            HeaderSize = ElfLayout.FileHeader.Size,
            SectionsOffset = sectionsOffset,
            SectionEntrySize = ElfLayout.SectionHeader.Size,
            SectionCount = (ushort)count,
            SectionNamesIndex = (ushort)sectionNames,
        });
        return file;
    }

    private ElfObjectSection Add(ElfObjectSection section)
    {
        _sections.Add(section);
        return section;
    }

    private static ElfLayout.SectionHeader Append(
        MemoryStream output, ReadOnlySpan<byte> content, uint name, ElfSectionType type, ulong alignment, ulong entrySize)
    {
        // The file offset needs no alignment beyond that of the records: the linker copies sections.
        Pad(output, 8);
        var header = new ElfLayout.SectionHeader
        {
            Name = name,
            Type = (uint)type,
            Offset = (ulong)output.Position,
            Length = (ulong)content.Length,
            Alignment = alignment,
            EntrySize = entrySize,
        };
        output.Write(content);
        return header;
    }

    private static void Pad(MemoryStream output, int alignment)
    {
        while (output.Position % alignment != 0)
            output.WriteByte(0);
    }

    private static int AlignUp(int value, int alignment) => (value + alignment - 1) & -alignment;

    /// <summary>Collects strings; equal ones share a place, and the empty one is at 0.</summary>
    private sealed class StringTable
    {
        private readonly Dictionary<string, uint> _offsets = new() { [""] = 0 };
        private readonly List<byte> _bytes = [0];

        public ReadOnlySpan<byte> Bytes => CollectionsMarshal.AsSpan(_bytes);

        public uint Add(string text)
        {
            if (_offsets.TryGetValue(text, out uint offset))
                return offset;
            offset = (uint)_bytes.Count;
            _bytes.AddRange(Encoding.UTF8.GetBytes(text));
            _bytes.Add(0);
            _offsets.Add(text, offset);
            return offset;
        }
    }
}
