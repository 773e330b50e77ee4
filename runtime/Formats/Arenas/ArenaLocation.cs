using System.Buffers.Binary;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Formats.Arenas;

/// <summary>Where a program's reserved space lies. All addresses are link-time virtual addresses: add the load bias for a process.</summary>
/// <param name="CodeStart">The space for function bodies, inside the managed code range.</param>
/// <param name="CodeSize">Its bytes.</param>
/// <param name="DummiesStart">The one-byte functions that hold the spare slots of the unwind table; directly behind the code.</param>
/// <param name="DummyCount">How many there are.</param>
/// <param name="EntriesStart">The space for hot-patchable entries, outside the managed code range; 16-byte aligned.</param>
/// <param name="EntriesSize">Its bytes.</param>
/// <param name="DataStart">The zero-filled, writable space; page-aligned.</param>
/// <param name="DataSize">Its bytes.</param>
/// <param name="EhFrameHeaderAddress">The unwind table's start (PT_GNU_EH_FRAME).</param>
/// <param name="EhFrameHeaderSize">Its bytes.</param>
public sealed record ArenaLocation(
    ulong CodeStart,
    ulong CodeSize,
    ulong DummiesStart,
    uint DummyCount,
    ulong EntriesStart,
    ulong EntriesSize,
    ulong DataStart,
    ulong DataSize,
    ulong EhFrameHeaderAddress,
    ulong EhFrameHeaderSize)
{
    // Whoever reads the slots allocates by this number; the compiler reserves 8,192.
    private const uint MaxDummies = 1 << 20;

    /// <summary>Finds the reserved space of an executable through its note; a stripped one will do, and so will the result of <see cref="ElfFile.ReadHeaders"/>.</summary>
    /// <param name="program">The executable.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="HotpatchException">There is none, or its description makes no sense.</exception>
    public static ArenaLocation Find(ElfFile program, string name)
    {
        foreach (ElfNote note in program.SegmentNotes)
        {
            if (note is { Owner: ArenaNote.Owner, Type: ArenaNote.Type })
                return Read(program, note, name);
        }
        throw new HotpatchException(ArenaDiagnostics.Missing.With(name));
    }

    private static ArenaLocation Read(ElfFile program, ElfNote note, string name)
    {
        ReadOnlySpan<byte> bytes = note.Descriptor.Span;
        if (bytes.Length < sizeof(uint))
            throw Malformed(name, "the note is too short");
        uint version = U32(bytes, ArenaNote.VersionOffset);
        if (version != ArenaNote.Version)
            throw new HotpatchException(ArenaDiagnostics.UnknownVersion.With(name, version, ArenaNote.Version));
        if (bytes.Length != ArenaNote.DescriptorSize)
            throw Malformed(name, "the note has a wrong length");
        ElfSegment table = program.FindSegment(ElfSegmentType.EhFrameHeader)
            ?? throw new HotpatchException(ArenaDiagnostics.UnwindTable.With(name, "there is no .eh_frame_hdr"));
        var location = new ArenaLocation(
            Target(bytes, ArenaNote.CodeOffset, note), U64(bytes, ArenaNote.CodeSizeOffset),
            Target(bytes, ArenaNote.DummiesOffset, note), U32(bytes, ArenaNote.DummyCountOffset),
            Target(bytes, ArenaNote.EntriesOffset, note), U64(bytes, ArenaNote.EntriesSizeOffset),
            Target(bytes, ArenaNote.DataOffset, note), U64(bytes, ArenaNote.DataSizeOffset),
            table.Address, table.MemorySize);

        if (location.DummyCount > MaxDummies)
            throw Malformed(name, $"{location.DummyCount} spare functions are more than there can be");
        // A tool writes into a process what this says, so every part must lie in a mapped segment of the right kind.
        RequireMapped(program, name, location.CodeStart, location.CodeSize, ElfSegmentFlags.Execute, "the code");
        RequireMapped(program, name, location.DummiesStart, location.DummyCount, ElfSegmentFlags.Execute, "the spare functions");
        RequireMapped(program, name, location.EntriesStart, location.EntriesSize, ElfSegmentFlags.Execute, "the entries");
        RequireMapped(program, name, location.DataStart, location.DataSize, ElfSegmentFlags.Write, "the data");
        RequireMapped(program, name, location.EhFrameHeaderAddress, location.EhFrameHeaderSize, ElfSegmentFlags.Read, "the unwind table");
        if (location.DummiesStart != location.CodeStart + location.CodeSize)
            throw Malformed(name, "the spare functions are not behind the code");
        if (location.EntriesStart % ArenaNote.EntrySize != 0 || location.EntriesSize % ArenaNote.EntrySize != 0 || location.DataStart % 8 != 0)
            throw Malformed(name, "a part is not aligned");
        if (location.EntriesStart < location.DummiesStart + location.DummyCount && location.CodeStart < location.EntriesStart + location.EntriesSize)
            throw Malformed(name, "the entries lie in the code");
        return location;
    }

    private static void RequireMapped(ElfFile program, string name, ulong address, ulong size, ElfSegmentFlags flag, string what)
    {
        foreach (ElfSegment segment in program.Segments)
        {
            if (segment.Type == ElfSegmentType.Load && (segment.Flags & flag) != 0 && size != 0 && address >= segment.Address
                && size <= segment.MemorySize && address - segment.Address <= segment.MemorySize - size)
                return;
        }
        throw Malformed(name, $"{what} at 0x{address:x} are not mapped as they must be");
    }

    private static ulong Target(ReadOnlySpan<byte> bytes, int offset, ElfNote note) =>
        unchecked(note.Address + (ulong)offset + U64(bytes, offset));

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);

    private static HotpatchException Malformed(string name, string what) => new(ArenaDiagnostics.Malformed.With(name, what));
}
