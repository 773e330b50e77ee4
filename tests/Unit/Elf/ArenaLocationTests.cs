using System.Buffers.Binary;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Elf;

/// <summary>The arena in a stripped program that GNU ld linked with --gc-sections and --discard-all.</summary>
public sealed class ArenaLocationTests(CSample sample) : IClassFixture<CSample>
{
    [Fact]
    public void TheProgramStillRuns() => Assert.Equal("hello 3 45 1\n", SampleCache.Run(sample.Folder, Path.Combine(sample.Folder, "sample.stripped")));

    [Fact]
    public void EveryPartIsFoundWithoutSymbols()
    {
        ElfFile program = CSample.Read(sample.ProgramBytes);
        var arena = ArenaLocation.Find(ElfFile.ReadHeaders(sample.StrippedBytes, "s"), "s");
        ulong managedEnd = program.Symbols.First(s => s.Name == "__stop___managedcode").Value;
        ulong managedStart = program.Symbols.First(s => s.Name == "__start___managedcode").Value;

        Assert.Equal(((ulong)CSample.Arena.CodeSize, (uint)CSample.Arena.SlotCount, (ulong)CSample.Arena.DataSize), (arena.CodeSize, arena.DummyCount, arena.DataSize));
        Assert.Equal((ulong)CSample.Arena.SlotCount * 16, arena.EntriesSize);
        Assert.Equal(arena.CodeStart + arena.CodeSize, arena.DummiesStart);
        Assert.InRange(arena.CodeStart, managedStart, managedEnd);
        Assert.Equal(managedEnd, arena.DummiesStart + arena.DummyCount);
        Assert.True(arena.EntriesStart + arena.EntriesSize <= managedStart || arena.EntriesStart >= managedEnd);
        Assert.Equal(".text", SectionAt(program, arena.EntriesStart).Name);
        Assert.Equal(".bss", SectionAt(program, arena.DataStart).Name);
        Assert.Equal(".eh_frame_hdr", SectionAt(program, arena.EhFrameHeaderAddress).Name);
        Assert.Equal((0ul, 0ul, 0ul), (arena.CodeStart % 4096, arena.DataStart % 4096, arena.EntriesStart % 16));
        Assert.All(Read(program, arena.CodeStart, CSample.Arena.CodeSize + CSample.Arena.SlotCount), b => Assert.Equal(0xcc, b));
        Assert.All(Read(program, arena.EntriesStart, (int)arena.EntriesSize), b => Assert.Equal(0xcc, b));
        Assert.All(Read(program, arena.DataStart, (int)arena.DataSize), b => Assert.Equal(0, b));
    }

    [Fact]
    public void TheSpareSlotsAreConsecutiveAndEachHasItsOwnFde()
    {
        var program = ElfFile.ReadHeaders(sample.StrippedBytes, "s");
        var arena = ArenaLocation.Find(program, "s");
        var table = EhFrameHeader.Read(arena, 0, program.ReadAt, "s");

        Assert.Equal(arena.DummyCount, table.SpareSlots);
        Assert.True(table.FirstSpareSlot > 0);
        HashSet<ulong> fdes = [];
        for (uint i = 0; i < table.SpareSlots; i++)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(Read(program, table.AddressOf(table.FirstSpareSlot + i), 8));
            (ulong function, ulong fde) = table.Decode(word);
            byte[] record = Read(program, fde, 20);

            Assert.Equal(arena.DummiesStart + i, function);
            Assert.True(fdes.Add(fde));
            Assert.Equal(function, unchecked(fde + 8 + (ulong)(long)BinaryPrimitives.ReadInt32LittleEndian(record.AsSpan(8))));
            Assert.Equal(1, BinaryPrimitives.ReadInt32LittleEndian(record.AsSpan(12)));
            Assert.Equal(word, table.Encode(function, fde));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => table.AddressOf(table.Count));
        Assert.Throws<OverflowException>(() => table.Encode(table.Address + (1ul << 31), table.Address));
    }

    [Fact]
    public void AProcessIsReadThroughItsLoadBias()
    {
        const ulong bias = 0x5555_5555_0000;
        var program = ElfFile.ReadHeaders(sample.StrippedBytes, "s");
        var arena = ArenaLocation.Find(program, "s");
        var file = EhFrameHeader.Read(arena, 0, program.ReadAt, "s");

        Assert.Equal(
            file with { Address = file.Address + bias },
            EhFrameHeader.Read(arena, bias, (address, buffer) => program.ReadAt(address - bias, buffer), "s"));
    }

    [Fact]
    public void AProgramWithoutAnArenaIsRefusedByName()
    {
        Failure failure = Assert.Throws<HotpatchException>(() => ArenaLocation.Find(CSample.Read(sample.PlainBytes), "plain")).Failure;

        Assert.Equal("HPB3010", failure.Id);
        Assert.Contains("plain", failure.What, StringComparison.Ordinal);
        Assert.Contains("EmitHotpatch", failure.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ArenaNote.VersionOffset, 2ul, "HPB3011")]
    [InlineData(ArenaNote.DummyCountOffset, 0x1000_0000ul, "HPB3012")]
    [InlineData(ArenaNote.CodeOffset, 0x7fff_0000ul, "HPB3012")]
    [InlineData(ArenaNote.CodeSizeOffset, ulong.MaxValue, "HPB3012")]
    [InlineData(ArenaNote.CodeSizeOffset, 0ul, "HPB3012")]
    [InlineData(ArenaNote.DummiesOffset, 0x2000ul, "HPB3012")]
    [InlineData(ArenaNote.EntriesOffset, 0ul, "HPB3012")]
    [InlineData(ArenaNote.EntriesSizeOffset, 17ul, "HPB3012")]
    [InlineData(ArenaNote.DataOffset, 0ul, "HPB3012")]
    [InlineData(ArenaNote.DataSizeOffset, 1ul << 40, "HPB3012")]
    public void ADamagedNoteIsRefused(int field, ulong value, string expected)
    {
        byte[] bytes = sample.StrippedBytes;
        int note = bytes.AsSpan().IndexOf("HotpatchBuild\0"u8) + 16;
        if (field is ArenaNote.VersionOffset or ArenaNote.DummyCountOffset)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(note + field), (uint)value);
        else
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(note + field), value);

        Assert.Equal(expected, Assert.Throws<HotpatchException>(() => ArenaLocation.Find(CSample.Read(bytes), "s")).Failure.Id);
    }

    [Theory]
    [InlineData(0, 2)]     // version
    [InlineData(2, 0x1b)]  // encoding of the count
    [InlineData(3, 0x1b)]  // encoding of the table
    [InlineData(10, 1)]    // 65,536 slots more than there are
    [InlineData(8, 1)]     // fewer slots than dummies
    [InlineData(-1, 0x55)] // the last slot
    public void AnUnwindTableThatCannotBeExtendedIsRefused(int offset, byte value)
    {
        byte[] bytes = sample.StrippedBytes;
        var program = ElfFile.Read(bytes, "s");
        var arena = ArenaLocation.Find(program, "s");
        ElfSection table = program.FindSection(".eh_frame_hdr")!;
        bytes[(int)table.Offset + (offset < 0 ? (int)table.Size - 8 : offset)] = value;

        Assert.Equal("HPB3013", Assert.Throws<HotpatchException>(() => EhFrameHeader.Read(arena, 0, program.ReadAt, "s")).Failure.Id);
    }

    private static ElfSection SectionAt(ElfFile program, ulong address) =>
        program.Sections.Single(s => (s.Flags & (ElfSectionFlags.Alloc | ElfSectionFlags.ThreadLocal)) == ElfSectionFlags.Alloc && address - s.Address < s.Size);

    private static byte[] Read(ElfFile program, ulong address, int count)
    {
        byte[] bytes = new byte[count];
        program.ReadAt(address, bytes);
        return bytes;
    }
}
