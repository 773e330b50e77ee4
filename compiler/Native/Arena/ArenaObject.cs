using System.Buffers.Binary;
using HotpatchBuild.Compiler.Native.Elf;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Compiler.Native.Arena;

/// <summary>
/// The object that reserves the space for hotpatches in a baseline: code inside the managed code range, one-byte functions whose
/// unwind entries are the spare slots of <c>.eh_frame_hdr</c>, entries outside that range, data, and the note by which all of it is found again.
/// </summary>
public static class ArenaObject
{
    private const int PageSize = 4096;
    private const byte Int3 = 0xcc;

    // All managed code is in this section; its bounds (__start___managedcode, __stop___managedcode) are the one managed range that
    // the runtime registers (dotnet/runtime, src/coreclr/nativeaot/Bootstrap/main.cpp).
    private const string ManagedCodeSection = "__managedcode";

    // By this name GNU ld's and lld's default rules put it into .text: executable, kept, and outside the managed range. A thread that is
    // suspended there runs on and is tried again, so entries need no unwind information.
    private const string EntriesSection = ".text.hotpatch_entries";

    // Likewise part of .bss.
    private const string DataSection = ".bss.hotpatch_data";

    /// <summary>Makes the object file.</summary>
    /// <param name="options">Sizes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive or not a multiple of its unit.</exception>
    public static byte[] Create(ArenaOptions options)
    {
        RequirePages(options.CodeSize, nameof(options.CodeSize));
        RequirePages(options.DataSize, nameof(options.DataSize));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SlotCount, 1, nameof(options.SlotCount));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.SlotCount, 1 << 20, nameof(options.SlotCount));

        var writer = new ElfObjectWriter();
        const ElfSectionFlags executable = ElfSectionFlags.Alloc | ElfSectionFlags.Execute;
        ElfObjectSection code = writer.AddSection(
            ManagedCodeSection, ElfSectionType.ProgramBits, executable, PageSize, Filled(options.CodeSize + options.SlotCount));
        ElfObjectSection entries = writer.AddSection(
            EntriesSection, ElfSectionType.ProgramBits, executable, ArenaNote.EntrySize, Filled(options.SlotCount * ArenaNote.EntrySize));
        ElfObjectSection data = writer.AddZeroFilledSection(
            DataSection, ElfSectionFlags.Alloc | ElfSectionFlags.Write, PageSize, (ulong)options.DataSize);
        AddUnwindTable(writer, code, options);
        AddNote(writer, code, entries, data, options);
        AddNames(writer, code, entries, data, options);
        writer.AddStackNote();
        return writer.ToArray();
    }

    private static void AddUnwindTable(ElfObjectWriter writer, ElfObjectSection code, ArenaOptions options)
    {
        byte[] table = new byte[DummyUnwindTable.SizeFor(options.SlotCount)];
        DummyUnwindTable.Write(table, options.SlotCount);
        ElfObjectSection section = writer.AddSection(".eh_frame", ElfSectionType.X64Unwind, ElfSectionFlags.Alloc, 8, table);
        for (int i = 0; i < options.SlotCount; i++)
            section.AddRelocation(DummyUnwindTable.FunctionFieldOf(i), ElfRelocationType.Pc32, code.Start, options.CodeSize + i);
    }

    private static void AddNote(
        ElfObjectWriter writer, ElfObjectSection code, ElfObjectSection entries, ElfObjectSection data, ArenaOptions options)
    {
        Span<byte> descriptor = stackalloc byte[ArenaNote.DescriptorSize];
        descriptor.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[ArenaNote.VersionOffset..], ArenaNote.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[ArenaNote.DummyCountOffset..], (uint)options.SlotCount);
        BinaryPrimitives.WriteUInt64LittleEndian(descriptor[ArenaNote.CodeSizeOffset..], (ulong)options.CodeSize);
        BinaryPrimitives.WriteUInt64LittleEndian(descriptor[ArenaNote.EntriesSizeOffset..], entries.Size);
        BinaryPrimitives.WriteUInt64LittleEndian(descriptor[ArenaNote.DataSizeOffset..], data.Size);
        ElfObjectSection note = writer.AddNoteSection(ArenaNote.SectionName, ArenaNote.Owner, ArenaNote.Type, descriptor, out ulong start);

        // These references are also what keeps the sections under --gc-sections: linkers keep allocated notes and what they refer to.
        note.AddRelocation(start + ArenaNote.CodeOffset, ElfRelocationType.Pc64, code.Start, 0);
        note.AddRelocation(start + ArenaNote.DummiesOffset, ElfRelocationType.Pc64, code.Start, options.CodeSize);
        note.AddRelocation(start + ArenaNote.EntriesOffset, ElfRelocationType.Pc64, entries.Start, 0);
        note.AddRelocation(start + ArenaNote.DataOffset, ElfRelocationType.Pc64, data.Start, 0);
    }

    /// <summary>Names for debuggers and profilers; nothing depends on them.</summary>
    private static void AddNames(
        ElfObjectWriter writer, ElfObjectSection code, ElfObjectSection entries, ElfObjectSection data, ArenaOptions options)
    {
        Add("__hotpatch_code", code, 0, (ulong)options.CodeSize);
        Add("__hotpatch_dummies", code, (ulong)options.CodeSize, (ulong)options.SlotCount);
        Add("__hotpatch_entries", entries, 0, entries.Size);
        Add("__hotpatch_data", data, 0, data.Size);

        // Not functions: the arena is no part of the program until a delta fills it. Global, because ILC's link discards local symbols
        // (--discard-all), and hidden, so that the program does not export them.
        void Add(string name, ElfObjectSection section, ulong value, ulong size) => writer.AddSymbol(new ElfObjectSymbol
        {
            Name = name,
            Section = section,
            Value = value,
            Size = size,
            Type = ElfSymbolType.Object,
            Binding = ElfSymbolBinding.Global,
            Visibility = ElfSymbolVisibility.Hidden,
        });
    }

    private static byte[] Filled(int size)
    {
        byte[] bytes = new byte[size];
        bytes.AsSpan().Fill(Int3);
        return bytes;
    }

    private static void RequirePages(int size, string name)
    {
        if (size <= 0 || size % PageSize != 0)
            throw new ArgumentOutOfRangeException(name, size, "must be a positive multiple of 4096");
    }
}
