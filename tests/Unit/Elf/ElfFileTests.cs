using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;
using HotpatchBuild.Compiler.Native.Elf;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Elf;

/// <summary>The reader against binutils' readelf, on what gcc makes.</summary>
public sealed partial class ElfFileTests(CSample sample) : IClassFixture<CSample>
{
    [Theory]
    [InlineData("sample.o")]
    [InlineData("sample")]
    [InlineData("sample.stripped")]
    public void SectionsAreThoseThatReadelfLists(string file)
    {
        ElfFile elf = Open(file);
        string[] expected = [.. SectionLine().Matches(SampleCache.Run(sample.Folder, "readelf", "-SW", file)).Select(m =>
            $"{m.Groups[1].Value} {m.Groups[2].Value} {Hex(m.Groups[3])} {Hex(m.Groups[4])} {Hex(m.Groups[5])}")];

        Assert.True(expected.Length > 5);
        Assert.Equal(expected, elf.Sections.Skip(1).Select(s => $"{s.Index} {s.Name} {s.Address} {s.Offset} {s.Size}"));
    }

    [Theory]
    [InlineData("sample.o", false)]
    [InlineData("sample", false)]
    [InlineData("sample.stripped", true)]
    public void SymbolsAreThoseThatReadelfLists(string file, bool dynamic)
    {
        ElfFile elf = Open(file);
        ElfSymbolTable table = dynamic ? elf.DynamicSymbols : elf.Symbols;
        string[] expected = [.. SymbolLine().Matches(SampleCache.Run(sample.Folder, "readelf", dynamic ? "--dyn-syms" : "-s", "-W", file))
            .Select(m => $"{m.Groups[1].Value} {Hex(m.Groups[2])} {Size(m.Groups[3].Value)} {m.Groups[4].Value} {m.Groups[5].Value} {m.Groups[6].Value} {m.Groups[7].Value}")
            .TakeLast(table.Count)];

        Assert.True(expected.Length > 3);
        Assert.Equal(expected, table.Select(s => $"{s.Index} {s.Value} {s.Size} {TypeName(s.Type)} {s.Binding.ToString().ToUpperInvariant()} "
            + $"{s.Visibility.ToString().ToUpperInvariant()} {PlaceName(s)}"));
        if (!dynamic)
            Assert.Contains(table, s => s is { Name: "main", Type: ElfSymbolType.Function, Place: ElfSymbolPlace.Section, Size: > 0 });
    }

    [Fact]
    public void RelocationsAreThoseThatReadelfLists()
    {
        ElfFile elf = Open("sample.o");
        string[] expected = [.. RelocationLine().Matches(SampleCache.Run(sample.Folder, "readelf", "-rW", "sample.o"))
            .Select(m => $"{Hex(m.Groups[1])} {Hex(m.Groups[2])}").Order(StringComparer.Ordinal)];
        string[] actual = [.. elf.Sections.SelectMany(s => elf.RelocationsOf(s).ToArray())
            .Select(r => $"{r.Offset} {((ulong)r.SymbolIndex << 32) | (uint)r.Type}").Order(StringComparer.Ordinal)];

        Assert.True(expected.Length > 10);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void ARangeOfRelocationsIsFoundByOffset()
    {
        ElfFile elf = Open("sample.o");
        ElfSection main = elf.FindSection(".text.main")!;
        ElfRelocation[] all = elf.RelocationsOf(main).ToArray();

        Assert.True(all.Length >= 3);
        Assert.Equal(all.OrderBy(r => r.Offset), all);
        Assert.Equal(all[1..^1], elf.RelocationsIn(main, all[1].Offset, all[^1].Offset).ToArray());
        Assert.Empty(elf.RelocationsIn(main, main.Size, main.Size + 100).ToArray());
        Assert.Empty(elf.RelocationsIn(main, all[1].Offset, 0).ToArray());
    }

    [Fact]
    public void BuildIdIsTheOneThatReadelfShows()
    {
        string expected = BuildIdLine().Match(SampleCache.Run(sample.Folder, "readelf", "-n", "sample")).Groups[1].Value;

        Assert.Equal(40, expected.Length);
        Assert.Equal(expected, Convert.ToHexStringLower(Open("sample").BuildId.Span));
        Assert.Equal(expected, Convert.ToHexStringLower(Open("sample.stripped").BuildId.Span));
    }

    [Fact]
    public void HeadersAreEnoughForBuildIdNotesAndSegments()
    {
        ElfFile whole = Open("sample.stripped");
        byte[] beginning = sample.StrippedBytes[..4096];
        BinaryPrimitives.WriteUInt64LittleEndian(beginning.AsSpan(0x28), 0xdeadbeef);   // e_shoff: sections are nowhere
        var headers = ElfFile.ReadHeaders(beginning, "beginning");

        Assert.Empty(headers.Sections);
        Assert.Equal(whole.Segments.AsEnumerable(), headers.Segments);
        Assert.Equal(whole.BuildId.ToArray(), headers.BuildId.ToArray());
        Assert.Equal(whole.SegmentNotes.Select(n => (n.Owner, n.Type, n.Address)), headers.Notes.Select(n => (n.Owner, n.Type, n.Address)));
        Assert.Equal(whole.Notes.Select(n => (n.Owner, n.Type, n.Address)).Order(), whole.SegmentNotes.Select(n => (n.Owner, n.Type, n.Address)).Order());
        ElfSegment last = headers.Segments.Last(s => s.Type == ElfSegmentType.Load);
        Assert.Equal("HPB3003", Fails(() => headers.ReadAt(last.Address, new byte[8])));
    }

    [Fact]
    public void AFileWithoutSectionHeadersCanBeReadWhole()
    {
        byte[] bytes = sample.StrippedBytes;
        bytes.AsSpan(0x28, 8).Clear();
        bytes.AsSpan(0x3c, 4).Clear();
        ElfFile elf = CSample.Read(bytes);

        Assert.Empty(elf.Sections);
        Assert.Empty(elf.Symbols);
        Assert.Equal(20, elf.BuildId.Length);
    }

    [Fact]
    public void MemoryIsReadAsItIsAfterLoading()
    {
        ElfFile elf = Open("sample");
        byte[] text = new byte[6];
        elf.ReadAt(elf.Symbols.First(s => s.Name == "text").Value, text);
        byte[] shared = new byte[4];
        elf.ReadAt(elf.Symbols.First(s => s.Name == "shared").Value, shared);
        byte[] zeros = [1, 2, 3, 4];
        ElfSection bss = elf.FindSection(".bss")!;
        elf.ReadAt(bss.Address + bss.Size - 4, zeros);

        Assert.Equal("hello\0"u8, text);
        Assert.Equal(42, BinaryPrimitives.ReadInt32LittleEndian(shared));
        Assert.Equal(new byte[4], zeros);
        Assert.Equal("HPB3005", Fails(() => elf.ReadAt(ulong.MaxValue - 2, new byte[8])));
        Assert.Equal("HPB3005", Fails(() => elf.ReadAt(bss.Address + bss.Size, new byte[5000])));
    }

    [Fact]
    public void AZeroFilledSectionGivesZerosOnDemand()
    {
        ElfFile elf = Open("sample");
        ElfSection bss = elf.FindSection(".bss")!;
        byte[] copy = [1, 1, 1, 1];
        elf.CopySection(bss, bss.Size - 4, copy);

        Assert.True(bss.IsZeroFilled);
        Assert.Equal(0, elf.BytesOf(bss).Length);
        Assert.Equal(new byte[4], copy);
        Assert.Equal("HPB3004", Fails(() => elf.CopySection(bss, bss.Size - 3, new byte[4])));
        Assert.Equal("HPB3004", Fails(() => elf.CopySection(bss, ulong.MaxValue, new byte[1])));
    }

    [Theory]
    [InlineData(0, 0x7e, "HPB3001")]
    [InlineData(4, 1, "HPB3002")]      // 32-bit
    [InlineData(5, 2, "HPB3002")]      // big-endian
    [InlineData(0x12, 183, "HPB3002")] // AArch64
    [InlineData(0x10, 4, "HPB3004")]   // a core dump
    [InlineData(0x3a, 63, "HPB3004")]  // size of a section header
    public void AWrongFileIsRefusedByName(int offset, byte value, string expected)
    {
        byte[] bytes = sample.ObjectBytes;
        bytes[offset] = value;

        Assert.Equal(expected, Fails(() => CSample.Read(bytes)));
    }

    [Theory]
    [InlineData(0, "HPB3001")]
    [InlineData(3, "HPB3001")]
    [InlineData(4, "HPB3003")]
    [InlineData(63, "HPB3003")]
    [InlineData(64, "HPB3003")]
    [InlineData(-1, "HPB3003")]
    public void ATruncatedFileIsRefused(int length, string expected)
    {
        byte[] bytes = sample.ObjectBytes;

        Assert.Equal(expected, Fails(() => CSample.Read(bytes[..(length < 0 ? bytes.Length + length : length)])));
    }

    [Fact]
    public void MoreSectionsThanFitIntoAHeaderAreRead()
    {
        const int count = 65_400;
        byte[] source = System.Text.Encoding.ASCII.GetBytes(string.Concat(
            Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $".section s{i},\"a\"\n.byte {i & 127}\nx{i}:\n"))));
        string folder = SampleCache.Get("many-sections", [source], f =>
        {
            File.WriteAllBytes(Path.Combine(f, "many.s"), source);
            SampleCache.Run(f, "gcc", "-c", "many.s");
        });
        ElfFile elf = CSample.Read(File.ReadAllBytes(Path.Combine(folder, "many.o")));

        Assert.True(elf.Sections.Length > count);
        ElfSymbol last = elf.Symbols.Single(s => s.Name == $"x{count - 1}");
        Assert.Equal(ElfSymbolPlace.Section, last.Place);
        Assert.Equal($"s{count - 1}", elf.Sections[last.SectionIndex].Name);
        Assert.Equal([(count - 1) & 127], elf.BytesOf(elf.Sections[last.SectionIndex]).ToArray().Select(b => (int)b));
    }

    [Fact]
    public void WhatTheWriterWritesIsReadBack()
    {
        var writer = new ElfObjectWriter();
        ElfObjectSection text = writer.AddSection(".text", ElfSectionType.ProgramBits, ElfSectionFlags.Alloc | ElfSectionFlags.Execute, 32, new byte[] { 0xe8, 0, 0, 0, 0, 0xc3 });
        writer.AddZeroFilledSection(".bss", ElfSectionFlags.Alloc | ElfSectionFlags.Write, 8, 4096);
        writer.AddSymbol(new ElfObjectSymbol { Name = "exported", Section = text, Size = 6, Type = ElfSymbolType.Function, Binding = ElfSymbolBinding.Global, Visibility = ElfSymbolVisibility.Hidden });
        writer.AddSymbol(new ElfObjectSymbol { Name = "local", Section = text, Value = 5, Size = 1, Type = ElfSymbolType.Function });
        ElfObjectSymbol external = writer.AddSymbol(new ElfObjectSymbol { Name = "external", Section = null, Binding = ElfSymbolBinding.Global });
        text.AddRelocation(1, ElfRelocationType.Plt32, external, -4);
        writer.AddNoteSection(".note.x", "Owner", 7, [1, 2, 3, 4, 5], out ulong descriptor);
        writer.AddStackNote();
        ElfFile elf = CSample.Read(writer.ToArray());

        Assert.Equal(ElfFileType.Relocatable, elf.Type);
        Assert.Equal(["", ".text", ".bss", ".note.x", ".note.GNU-stack", ".rela.text", ".symtab", ".strtab", ".shstrtab"], elf.Sections.Select(s => s.Name));
        Assert.Equal(["", "", "", "", "", "local", "exported", "external"], elf.Symbols.Select(s => s.Name));
        ElfRelocation call = Assert.Single(elf.RelocationsOf(elf.FindSection(".text")!).ToArray());
        Assert.Equal(new ElfRelocation(1, ElfRelocationType.Plt32, 7, -4), call);
        Assert.Equal(ElfSymbolPlace.Undefined, elf.Symbols[call.SymbolIndex].Place);
        Assert.Equal((ElfSymbolBinding.Global, ElfSymbolVisibility.Hidden), (elf.Symbols[6].Binding, elf.Symbols[6].Visibility));
        ElfNote note = Assert.Single(elf.Notes);
        Assert.Equal(("Owner", 7u, descriptor), (note.Owner, note.Type, note.Address));
        Assert.Equal([1, 2, 3, 4, 5], note.Descriptor.ToArray());
        Assert.Equal(4096ul, elf.FindSection(".bss")!.Size);
    }

    private ElfFile Open(string file) => CSample.Read(File.ReadAllBytes(Path.Combine(sample.Folder, file)));

    private static string Fails(Action action) => Assert.Throws<HotpatchException>(action).Failure.Id;

    private static ulong Hex(Group group) => ulong.Parse(group.Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static ulong Size(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? ulong.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : ulong.Parse(text, CultureInfo.InvariantCulture);

    private static string TypeName(ElfSymbolType type) => type switch
    {
        ElfSymbolType.None => "NOTYPE",
        ElfSymbolType.Function => "FUNC",
        ElfSymbolType.ThreadLocal => "TLS",
        _ => type.ToString().ToUpperInvariant(),
    };

    private static string PlaceName(ElfSymbol symbol) => symbol.Place switch
    {
        ElfSymbolPlace.Undefined => "UND",
        ElfSymbolPlace.Absolute => "ABS",
        _ => symbol.SectionIndex.ToString(CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^  \[ *(\d+)\] (\S+) +\S+ +([0-9a-f]{16}) ([0-9a-f]+) ([0-9a-f]+) ", RegexOptions.Multiline)]
    private static partial Regex SectionLine();

    [GeneratedRegex(@"^ *(\d+): ([0-9a-f]{16}) +(\w+) (\w+) +(\w+) +(\w+) +(\w+)", RegexOptions.Multiline)]
    private static partial Regex SymbolLine();

    [GeneratedRegex(@"^([0-9a-f]{16})  ([0-9a-f]{16}) R_", RegexOptions.Multiline)]
    private static partial Regex RelocationLine();

    [GeneratedRegex(@"Build ID: ([0-9a-f]+)")]
    private static partial Regex BuildIdLine();
}
