using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.Elf;

/// <summary>
/// An ELF64 file for x86-64 (object, executable, separate debug file) over bytes in memory. Reading is total: any bytes give
/// either facts or a <see cref="HotpatchException"/>, and what is allocated is bounded by a small multiple of the file's length.
/// Symbols, relocations and names are decoded when they are asked for; the instance may be read from several threads.
/// </summary>
public sealed class ElfFile
{
    private readonly string _name;
    private readonly ElfRelocation[]?[] _relocations;
    private ElfRelocation[]? _dynamicRelocations;
    private ImmutableArray<ElfNote> _segmentNotes, _sectionNotes;
    private ElfSymbolTable? _symbols, _dynamicSymbols;

    private ElfFile(string name, ReadOnlyMemory<byte> bytes, in ElfLayout.FileHeader header, ImmutableArray<ElfSegment> segments, ImmutableArray<ElfSection> sections)
    {
        _name = name;
        Bytes = bytes;
        Type = (ElfFileType)header.Type;
        EntryPoint = header.Entry;
        Segments = segments;
        Sections = sections;
        _relocations = new ElfRelocation[]?[sections.Length];
    }

    /// <summary>The whole file, or what was given of it.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>What the file is.</summary>
    public ElfFileType Type { get; }

    /// <summary>Link-time virtual address of the first instruction; 0 for none.</summary>
    public ulong EntryPoint { get; }

    /// <summary>The program headers.</summary>
    public ImmutableArray<ElfSegment> Segments { get; }

    /// <summary>The section headers by index (0 is the null section); empty after <see cref="ReadHeaders"/> and where the file has none.</summary>
    public ImmutableArray<ElfSection> Sections { get; }

    /// <summary>The full symbol table; empty in a stripped file.</summary>
    public ElfSymbolTable Symbols => _symbols ??= ReadSymbols(ElfSectionType.SymbolTable);

    /// <summary>The dynamic linker's symbol table.</summary>
    public ElfSymbolTable DynamicSymbols => _dynamicSymbols ??= ReadSymbols(ElfSectionType.DynamicSymbols);

    /// <summary>The notes that are mapped into memory with the program (PT_NOTE).</summary>
    public ImmutableArray<ElfNote> SegmentNotes => _segmentNotes.IsDefault ? _segmentNotes = ReadSegmentNotes() : _segmentNotes;

    /// <summary>All notes: those of the note sections, or of the segments where there are no section headers.</summary>
    public ImmutableArray<ElfNote> Notes => Sections.IsEmpty ? SegmentNotes : _sectionNotes.IsDefault ? _sectionNotes = ReadSectionNotes() : _sectionNotes;

    /// <summary>The GNU build-id; empty where there is none.</summary>
    public ReadOnlyMemory<byte> BuildId
    {
        get
        {
            foreach (ElfNote note in Notes)
            {
                if (note is { Owner: ElfConstants.GnuNoteOwner, Type: ElfConstants.GnuBuildIdNote })
                    return note.Descriptor;
            }
            return default;
        }
    }

    /// <summary>Reads a whole file; every section must lie inside.</summary>
    /// <param name="bytes">The file. The instance keeps it and never copies it.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="HotpatchException">The bytes are not such a file.</exception>
    public static ElfFile Read(ReadOnlyMemory<byte> bytes, string name)
    {
        ElfLayout.FileHeader header = ReadFileHeader(bytes.Span, name);
        ImmutableArray<ElfSection> sections = ReadSections(bytes, header, name);
        return new ElfFile(name, bytes, header, ReadSegments(bytes.Span, header, name), sections);
    }

    /// <summary>Reads the header, the program headers and the notes of a program. Section headers are ignored, so that a file without
    /// them, or the first pages of a file, will do; what lies behind the given bytes is reported when it is asked for.</summary>
    /// <param name="bytes">The file or its beginning.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="HotpatchException">The bytes are not the beginning of such a file.</exception>
    public static ElfFile ReadHeaders(ReadOnlyMemory<byte> bytes, string name)
    {
        ElfLayout.FileHeader header = ReadFileHeader(bytes.Span, name);
        return new ElfFile(name, bytes, header, ReadSegments(bytes.Span, header, name), []);
    }

    /// <summary>The same file with the symbols of another: a stripped executable with those of its separate debug file.</summary>
    /// <param name="debugFile">The file with the symbols; its build-id and its sections must be this file's.</param>
    /// <exception cref="HotpatchException">The two don't belong together.</exception>
    public ElfFile WithSymbolsOf(ElfFile debugFile)
    {
        ArgumentNullException.ThrowIfNull(debugFile);
        if (BuildId.IsEmpty || !BuildId.Span.SequenceEqual(debugFile.BuildId.Span))
            throw new HotpatchException(ElfDiagnostics.OtherBuild.With(_name, debugFile._name));
        ElfFile file = Read(Bytes, _name);
        file._symbols = debugFile.Symbols;
        // A symbol names its section by number: strip must have kept the numbers of what is loaded.
        foreach (ElfSection section in debugFile.Sections)
        {
            if ((section.Flags & ElfSectionFlags.Alloc) != 0
                && (section.Index >= Sections.Length || Sections[section.Index].Name != section.Name || Sections[section.Index].Address != section.Address))
                throw new HotpatchException(ElfDiagnostics.OtherBuild.With(_name, debugFile._name));
        }
        return file;
    }

    /// <summary>The first section of that name, or null.</summary>
    /// <param name="name">Section name.</param>
    public ElfSection? FindSection(string name)
    {
        foreach (ElfSection section in Sections)
        {
            if (section.Name == name)
                return section;
        }
        return null;
    }

    /// <summary>The first program header of that type, or null.</summary>
    /// <param name="type">Segment type.</param>
    public ElfSegment? FindSegment(ElfSegmentType type)
    {
        foreach (ElfSegment segment in Segments)
        {
            if (segment.Type == type)
                return segment;
        }
        return null;
    }

    /// <summary>A section's bytes in the file; empty for a zero-filled one (use <see cref="CopySection"/> where its zeros are wanted).</summary>
    /// <param name="section">A section of this file.</param>
    public ReadOnlyMemory<byte> BytesOf(ElfSection section) =>
        section.IsZeroFilled || section.Type == ElfSectionType.Null ? default : Slice(Bytes, section.Offset, section.Size, _name, section.Name);

    /// <summary>Copies bytes out of a section; a zero-filled one gives zeros.</summary>
    /// <param name="section">A section of this file.</param>
    /// <param name="offset">Bytes from the section's start.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <exception cref="HotpatchException">The range does not lie in the section.</exception>
    public void CopySection(ElfSection section, ulong offset, Span<byte> destination)
    {
        ulong size = section.Type == ElfSectionType.Null ? 0 : section.Size;
        if (offset > size || (ulong)destination.Length > size - offset)
            throw Malformed(_name, $"offset 0x{offset:x} is not inside section {section.Name}");
        if (section.IsZeroFilled)
            destination.Clear();
        else
            BytesOf(section).Span.Slice((int)offset, destination.Length).CopyTo(destination);
    }

    /// <summary>Reads memory as it is right after loading, by link-time virtual address; zero-filled parts give zeros.</summary>
    /// <param name="address">Link-time virtual address.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <exception cref="HotpatchException">The range does not lie in one loaded segment.</exception>
    public void ReadAt(ulong address, Span<byte> destination)
    {
        foreach (ElfSegment segment in Segments)
        {
            ulong start = address - segment.Address;
            if (segment.Type != ElfSegmentType.Load || address < segment.Address || start > segment.MemorySize
                || (ulong)destination.Length > segment.MemorySize - start)
                continue;
            ulong filled = start < segment.FileSize ? Math.Min((ulong)destination.Length, segment.FileSize - start) : 0;
            if (filled > 0)
                Slice(Bytes, unchecked(segment.Offset + start), filled, _name, $"address 0x{address:x}").Span.CopyTo(destination);
            destination[(int)filled..].Clear();
            return;
        }
        throw new HotpatchException(ElfDiagnostics.AddressNotInFile.With(_name, address));
    }

    /// <summary>The relocations of a section, sorted by offset; symbol indices are checked.</summary>
    /// <param name="section">The section that the relocations are applied to.</param>
    /// <exception cref="HotpatchException">They are damaged.</exception>
    public ReadOnlySpan<ElfRelocation> RelocationsOf(ElfSection section) => _relocations[section.Index] ??=
        ReadRelocations(table => table.Info == (uint)section.Index && section.Index != 0 && (table.Flags & ElfSectionFlags.Alloc) == 0);

    /// <summary>The relocations that the dynamic linker applies to an executable, sorted; offsets are link-time virtual addresses and symbol indices
    /// are those of <see cref="DynamicSymbols"/>.</summary>
    /// <exception cref="HotpatchException">They are damaged.</exception>
    public ReadOnlySpan<ElfRelocation> DynamicRelocations => _dynamicRelocations ??=
        ReadRelocations(static section => (section.Flags & ElfSectionFlags.Alloc) != 0);

    /// <summary>The relocations in a part of a section, sorted by offset.</summary>
    /// <param name="section">The section that the relocations are applied to.</param>
    /// <param name="start">First offset.</param>
    /// <param name="end">Offset behind the last.</param>
    /// <exception cref="HotpatchException">They are damaged.</exception>
    public ReadOnlySpan<ElfRelocation> RelocationsIn(ElfSection section, ulong start, ulong end)
    {
        ReadOnlySpan<ElfRelocation> all = RelocationsOf(section);
        int first = FirstAtOrBehind(all, start);
        return all[first..Math.Max(first, FirstAtOrBehind(all, end))];
    }

    internal static HotpatchException Malformed(string name, string what) => new(ElfDiagnostics.Malformed.With(name, what));

    private static int FirstAtOrBehind(ReadOnlySpan<ElfRelocation> sorted, ulong offset)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) >> 1);
            if (sorted[middle].Offset < offset)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private static ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> bytes, ulong offset, ulong size, string name, string what) =>
        offset <= (ulong)bytes.Length && size <= (ulong)bytes.Length - offset
            ? bytes.Slice((int)offset, (int)size)
            : throw new HotpatchException(ElfDiagnostics.Truncated.With(name, what));

    private static ElfLayout.FileHeader ReadFileHeader(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.Length < sizeof(uint) || MemoryMarshal.Read<uint>(bytes) != ElfConstants.Magic)
            throw new HotpatchException(ElfDiagnostics.NotElf.With(name));
        if (bytes.Length < ElfLayout.FileHeader.Size)
            throw new HotpatchException(ElfDiagnostics.Truncated.With(name, "the file header"));
        ElfLayout.FileHeader header = MemoryMarshal.Read<ElfLayout.FileHeader>(bytes);
        if (header.Class != ElfConstants.Class64 || header.Data != ElfConstants.LittleEndian)
            throw new HotpatchException(ElfDiagnostics.WrongArchitecture.With(name, "it is not a 64-bit little-endian file"));
        if (header.Machine != ElfConstants.MachineX64)
            throw new HotpatchException(ElfDiagnostics.WrongArchitecture.With(name, $"its processor number is {header.Machine}"));
        if (header.IdentVersion != ElfConstants.CurrentVersion || (ElfFileType)header.Type is not (ElfFileType.Relocatable or ElfFileType.Executable or ElfFileType.Dynamic))
            throw Malformed(name, $"version {header.IdentVersion}, type {header.Type} is neither an object nor a program");
        return header;
    }

    private static ImmutableArray<ElfSegment> ReadSegments(ReadOnlySpan<byte> bytes, in ElfLayout.FileHeader header, string name)
    {
        uint count = header.SegmentCount;
        if (header.SegmentsOffset == 0 || count == 0)
            return [];
        if (header.SegmentEntrySize != ElfLayout.ProgramHeader.Size)
            throw Malformed(name, $"a program header has {header.SegmentEntrySize} bytes");
        // The extended count stands in section 0. No linker makes such a program: it exists for core dumps.
        if (count == ElfConstants.ExtendedSegmentCount)
            throw Malformed(name, "it has more program headers than a program can have");
        ulong size = (ulong)count * ElfLayout.ProgramHeader.Size;
        if (header.SegmentsOffset > (ulong)bytes.Length || size > (ulong)bytes.Length - header.SegmentsOffset)
            throw new HotpatchException(ElfDiagnostics.Truncated.With(name, "the table of program headers"));
        var segments = ImmutableArray.CreateBuilder<ElfSegment>((int)count);
        foreach (ElfLayout.ProgramHeader entry in MemoryMarshal.Cast<byte, ElfLayout.ProgramHeader>(bytes.Slice((int)header.SegmentsOffset, (int)size)))
        {
            segments.Add(new ElfSegment(
                (ElfSegmentType)entry.Type, (ElfSegmentFlags)entry.Flags, entry.Offset, entry.VirtualAddress, entry.FileSize, entry.MemorySize, entry.Alignment));
        }
        return segments.MoveToImmutable();
    }

    private static ImmutableArray<ElfSection> ReadSections(ReadOnlyMemory<byte> bytes, in ElfLayout.FileHeader header, string name)
    {
        if (header.SectionsOffset == 0)
            return [];
        if (header.SectionEntrySize != ElfLayout.SectionHeader.Size)
            throw Malformed(name, $"a section header has {header.SectionEntrySize} bytes");
        const string what = "the table of section headers";
        ElfLayout.SectionHeader zero = MemoryMarshal.Read<ElfLayout.SectionHeader>(
            Slice(bytes, header.SectionsOffset, ElfLayout.SectionHeader.Size, name, what).Span);

        // gABI chapter 4, "Sections": with 0xff00 sections or more the count and the index of the names stand in section 0.
        ulong count = header.SectionCount != 0 ? header.SectionCount : zero.Length;
        uint namesIndex = header.SectionNamesIndex == ElfConstants.ExtendedSection ? zero.Link : header.SectionNamesIndex;
        if (count == 0)
            return [];
        if (count > (ulong)bytes.Length / ElfLayout.SectionHeader.Size)
            throw new HotpatchException(ElfDiagnostics.Truncated.With(name, what));
        ReadOnlySpan<ElfLayout.SectionHeader> entries = MemoryMarshal.Cast<byte, ElfLayout.SectionHeader>(
            Slice(bytes, header.SectionsOffset, count * ElfLayout.SectionHeader.Size, name, what).Span);
        if (namesIndex >= count)
            throw Malformed(name, "the section with the section names does not exist");
        ElfLayout.SectionHeader namesEntry = entries[(int)namesIndex];
        var names = new ElfStringTable(
            name,
            namesIndex == 0 || namesEntry.Type == (uint)ElfSectionType.NoBits
                ? default
                : Slice(bytes, namesEntry.Offset, namesEntry.Length, name, "the table of section names"));

        var sections = ImmutableArray.CreateBuilder<ElfSection>(entries.Length);
        ulong decodedBytes = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            ref readonly ElfLayout.SectionHeader entry = ref entries[i];
            var type = (ElfSectionType)entry.Type;
            var section = new ElfSection(
                i, names.At(entry.Name), type, (ElfSectionFlags)entry.Flags, entry.Address, entry.Offset, entry.Length, entry.Link, entry.Info, entry.Alignment, entry.EntrySize);
            sections.Add(section);
            if (type is ElfSectionType.Null or ElfSectionType.NoBits)
                continue;
            Slice(bytes, entry.Offset, entry.Length, name, $"section {section.Name}");
            if (type is ElfSectionType.SymbolTable or ElfSectionType.DynamicSymbols or ElfSectionType.Rela or ElfSectionType.Note)
                decodedBytes += entry.Length;
        }
        // Tables of a real file do not overlap. Without this bound, many headers for the same bytes would multiply what is allocated.
        return decodedBytes <= (ulong)bytes.Length ? sections.MoveToImmutable() : throw Malformed(name, "its tables overlap");
    }

    private ElfSymbolTable ReadSymbols(ElfSectionType type)
    {
        ElfSection? table = null;
        ReadOnlyMemory<byte> extended = default;
        foreach (ElfSection section in Sections)
        {
            if (section.Type == type && table is null)
                table = section;
        }
        if (table is null)
            return new ElfSymbolTable(_name, 0, default, default, new ElfStringTable(_name, default), Sections.Length);
        foreach (ElfSection section in Sections)
        {
            if (section.Type == ElfSectionType.SymbolSectionIndices && section.Link == (uint)table.Index)
                extended = BytesOf(section);
        }
        if (table.EntrySize != ElfLayout.Symbol.Size || table.Size % ElfLayout.Symbol.Size != 0)
            throw Malformed(_name, $"section {table.Name} is not a table of symbols");
        if (table.Link >= (uint)Sections.Length || Sections[(int)table.Link].Type != ElfSectionType.StringTable)
            throw Malformed(_name, $"section {table.Name} has no table of names");
        return new ElfSymbolTable(
            _name, table.Index, BytesOf(table), extended, new ElfStringTable(_name, BytesOf(Sections[(int)table.Link])), Sections.Length);
    }

    private ElfRelocation[] ReadRelocations(Func<ElfSection, bool> wanted)
    {
        ElfRelocation[] all = [];
        foreach (ElfSection section in Sections)
        {
            if (section.Type != ElfSectionType.Rela || !wanted(section))
                continue;
            if (section.EntrySize != ElfLayout.Rela.Size || section.Size % ElfLayout.Rela.Size != 0)
                throw Malformed(_name, $"section {section.Name} is not a table of relocations");
            int symbols = section.Link == (uint)DynamicSymbols.Section ? DynamicSymbols.Count
                : section.Link == (uint)Symbols.Section ? Symbols.Count
                : throw Malformed(_name, $"the relocations of section {section.Name} have no table of symbols");
            ReadOnlySpan<ElfLayout.Rela> entries = MemoryMarshal.Cast<byte, ElfLayout.Rela>(BytesOf(section).Span);
            int at = all.Length;
            Array.Resize(ref all, at + entries.Length);
            foreach (ref readonly ElfLayout.Rela entry in entries)
            {
                if (entry.Symbol >= (uint)symbols)
                    throw Malformed(_name, $"section {section.Name} refers to symbol {entry.Symbol}, and there are {symbols}");
                all[at++] = new ElfRelocation(entry.Offset, (ElfRelocationType)entry.Type, (int)entry.Symbol, entry.Addend);
            }
        }
        for (int i = 1; i < all.Length; i++)
        {
            if (all[i].Offset < all[i - 1].Offset)
            {
                Array.Sort(all, static (a, b) => a.Offset.CompareTo(b.Offset));
                break;
            }
        }
        return all;
    }

    private ImmutableArray<ElfNote> ReadSectionNotes()
    {
        var notes = ImmutableArray.CreateBuilder<ElfNote>();
        foreach (ElfSection section in Sections)
        {
            if (section.Type == ElfSectionType.Note)
                AddNotes(notes, BytesOf(section), section.Address, section.Alignment);
        }
        return notes.ToImmutable();
    }

    private ImmutableArray<ElfNote> ReadSegmentNotes()
    {
        var notes = ImmutableArray.CreateBuilder<ElfNote>();
        ulong left = (ulong)Bytes.Length;
        foreach (ElfSegment segment in Segments)
        {
            if (segment.Type != ElfSegmentType.Note)
                continue;
            ReadOnlyMemory<byte> bytes = Slice(Bytes, segment.Offset, segment.FileSize, _name, "a note segment");
            left = segment.FileSize <= left ? left - segment.FileSize : throw Malformed(_name, "its note segments overlap");
            AddNotes(notes, bytes, segment.Address, segment.Alignment);
        }
        return notes.ToImmutable();
    }

    private void AddNotes(ImmutableArray<ElfNote>.Builder notes, ReadOnlyMemory<byte> bytes, ulong address, ulong alignment)
    {
        // Owner and descriptor are padded to 4 bytes; in 8-aligned note sections (.note.gnu.property) to 8, as binutils'
        // ELF_NOTE_DESC_OFFSET and ELF_NOTE_NEXT_OFFSET have it.
        long align = alignment == 8 ? 8 : 4;
        long at = 0;
        while (bytes.Length - at >= ElfLayout.NoteHeader.Size)
        {
            ElfLayout.NoteHeader header = MemoryMarshal.Read<ElfLayout.NoteHeader>(bytes.Span[(int)at..]);
            long owner = at + ElfLayout.NoteHeader.Size;
            long descriptor = at + AlignUp(ElfLayout.NoteHeader.Size + (long)header.OwnerLength, align);
            if (descriptor > bytes.Length || header.DescriptorLength > bytes.Length - descriptor)
                throw Malformed(_name, "a note is longer than its section");
            ReadOnlySpan<byte> ownerBytes = bytes.Span.Slice((int)owner, (int)header.OwnerLength);
            notes.Add(new ElfNote(
                Encoding.UTF8.GetString(ownerBytes.TrimEnd((byte)0)),
                header.Type,
                unchecked(address + (ulong)descriptor),
                bytes.Slice((int)descriptor, (int)header.DescriptorLength)));
            at = AlignUp(descriptor + header.DescriptorLength, align);
        }
    }

    private static long AlignUp(long value, long alignment) => (value + alignment - 1) & -alignment;
}
