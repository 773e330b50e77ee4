using System.Buffers.Binary;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Elf;

/// <summary>Damaged files: everything that can be asked of them is asked, and nothing but a <see cref="HotpatchException"/> may come out.</summary>
public sealed class ElfMutationTests(CSample sample) : IClassFixture<CSample>
{
    [Theory]
    [InlineData("object", 1500)]
    [InlineData("program", 1500)]
    [InlineData("stripped", 1500)]
    [InlineData("arena", 600)]
    [InlineData("ilc", 12)]
    public void FlippedAndCutFilesGiveFactsOrAnError(string which, int rounds)
    {
        byte[] original = which switch
        {
            "object" => sample.ObjectBytes,
            "program" => sample.ProgramBytes,
            "stripped" => sample.StrippedBytes,
            "ilc" => File.ReadAllBytes(new NativeSample().ObjectPath),
            _ => sample.ArenaBytes,
        };
        var random = new Random(20260101);
        ulong sections = BinaryPrimitives.ReadUInt64LittleEndian(original.AsSpan(0x28));
        int refused = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] bytes = (byte[])original.Clone();
            int flips = random.Next(1, 9);
            for (int i = 0; i < flips; i++)
            {
                // Half of the damage hits the headers, where most of the reader's decisions are.
                int at = random.Next(4) switch
                {
                    0 => random.Next(64 + (14 * 56)),
                    1 => Math.Min((int)sections + random.Next(2048), bytes.Length - 1),
                    _ => random.Next(bytes.Length),
                };
                bytes[at] = random.Next(3) switch { 0 => 0xff, 1 => 0, _ => (byte)random.Next(256) };
            }
            if (random.Next(4) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            refused += Exercise(bytes) ? 0 : 1;
        }
        Assert.InRange(refused, 1, rounds - 1);
    }

    [Fact]
    public void ManyNamesOfOneLongStringAreRefused()
    {
        // 20,000 symbols that all name a string of 400,000 characters: 8 GB if it were believed.
        ElfFile shape = ElfFile.Read(BigSymbolTable(out byte[] bytes), "big");
        ElfSection table = shape.FindSection(".symtab")!;
        for (ulong at = table.Offset; at < table.Offset + table.Size; at += 24)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan((int)at), 1);

        Assert.Equal("HPB3004", Assert.Throws<HotpatchException>(() => shape.Symbols.Sum(s => s.Name.Length)).Failure.Id);
    }

    [Fact]
    public void OverlappingTablesAreRefused()
    {
        byte[] bytes = sample.ArenaBytes;
        ulong headers = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(0x28));
        var elf = ElfFile.Read(bytes, "arena");
        ElfSection rela = elf.FindSection(".rela.eh_frame")!;
        byte[] header = bytes.AsSpan((int)headers + (64 * rela.Index), 64).ToArray();
        byte[] many = [.. bytes, .. Enumerable.Repeat(header, 3000).SelectMany(h => h)];
        BinaryPrimitives.WriteUInt64LittleEndian(many.AsSpan(0x28), (ulong)bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(many.AsSpan(0x3c), 3000);

        Assert.Equal("HPB3004", Assert.Throws<HotpatchException>(() => ElfFile.Read(many, "many")).Failure.Id);
    }

    private static byte[] BigSymbolTable(out byte[] bytes)
    {
        var writer = new HotpatchBuild.Compiler.Native.Elf.ElfObjectWriter();
        writer.AddSymbol(new() { Name = new string('x', 400_000), Section = null });
        for (int i = 0; i < 20_000; i++)
            writer.AddSymbol(new() { Name = "", Section = null });
        return bytes = writer.ToArray();
    }

    /// <summary>True when the file was read to the end, false when it was refused.</summary>
    private static bool Exercise(byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool accepted = Accepts(() => ReadEverything(ElfFile.Read(bytes, "damaged")));
        Accepts(() =>
        {
            var headers = ElfFile.ReadHeaders(bytes, "damaged");
            ReadEverything(headers);
            EhFrameHeader.Read(ArenaLocation.Find(headers, "damaged"), 0, headers.ReadAt, "damaged");
        });
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < (64L * bytes.Length) + (24 << 20), $"{allocated} bytes for a file of {bytes.Length}");
        return accepted;
    }

    private static void ReadEverything(ElfFile elf)
    {
        long seen = elf.BuildId.Length + elf.Notes.Length + elf.SegmentNotes.Length + elf.DynamicRelocations.Length;
        foreach (ElfSection section in elf.Sections)
        {
            seen += elf.BytesOf(section).Length + elf.RelocationsOf(section).Length + elf.RelocationsIn(section, 8, 80).Length;
            elf.CopySection(section, 0, new byte[section.Type == ElfSectionType.Null ? 0 : Math.Min(section.Size, 16)]);
        }
        foreach (ElfSymbol symbol in elf.Symbols.Concat(elf.DynamicSymbols))
            seen += symbol.Name.Length + symbol.Utf8Name.Length + symbol.ToString().Length;
        Span<byte> word = stackalloc byte[8];
        foreach (ElfSegment segment in elf.Segments)
        {
            if (segment.Type == ElfSegmentType.Load && segment.MemorySize >= 8)
                elf.ReadAt(segment.Address, word);
        }
        Assert.True(seen >= 0);
    }

    private static bool Accepts(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (HotpatchException e)
        {
            Assert.StartsWith("HPB30", e.Failure.Id, StringComparison.Ordinal);
            return false;
        }
    }
}
