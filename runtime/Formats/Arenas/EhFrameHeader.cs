using System.Buffers.Binary;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.Arenas;

/// <summary>Reads exactly the buffer's length from memory or from a file, by the kind of address that the caller works with.</summary>
/// <param name="address">Virtual address of the first byte.</param>
/// <param name="buffer">Receives the bytes.</param>
public delegate void AddressReader(ulong address, Span<byte> buffer);

/// <summary>
/// The sorted unwind table <c>.eh_frame_hdr</c> of a program with a reserved space. This is the only place that knows its layout:
/// </summary>
/// <remarks>
/// Linux Standard Base Core 5.0, section 10.6.2; LLVM libunwind's EHHeaderParser.hpp reads the same. Little-endian:
/// <code>
/// +0 u8 version (1)   +1 u8 encoding of the .eh_frame pointer (0x1b pcrel|sdata4)
/// +2 u8 encoding of the count (0x03 udata4)   +3 u8 encoding of the table (0x3b datarel|sdata4)
/// +4 i32 distance to .eh_frame   +8 u32 number of slots
/// +12 slots, sorted: i32 first address of the function, i32 address of its FDE, both from the table's start
/// </code>
/// </remarks>
/// <param name="Address">Address of its first byte, in the reader's address space.</param>
/// <param name="Count">Number of slots.</param>
/// <param name="FirstSpareSlot">Index of the first slot that belongs to a dummy function at link time.</param>
/// <param name="SpareSlots">How many consecutive slots belong to dummy functions.</param>
public sealed record EhFrameHeader(ulong Address, uint Count, uint FirstSpareSlot, uint SpareSlots)
{
    /// <summary>Bytes of one slot.</summary>
    public const int SlotSize = 8;

    private const byte Version = 1, PointerEncoding = 0x1b, CountEncoding = 0x03, TableEncoding = 0x3b;
    private const int CountOffset = 8, SlotsOffset = 12;

    /// <summary>Reads the table of a program or of a process in which nothing has been applied, and checks that the dummies' slots are there, all in one row.
    /// For a process that may have been patched, read the executable file instead: slots that are in use no longer name a dummy.</summary>
    /// <param name="arena">Where the parts are at link time.</param>
    /// <param name="bias">What the reader's addresses differ from link-time ones: the load bias of a process, 0 for a file.</param>
    /// <param name="read">Reads the program's memory as it is after loading.</param>
    /// <param name="name">What messages call the program.</param>
    /// <exception cref="HotpatchException">The table is not of the expected kind.</exception>
    public static EhFrameHeader Read(ArenaLocation arena, ulong bias, AddressReader read, string name)
    {
        long dummies = unchecked((long)(arena.DummiesStart - arena.EhFrameHeaderAddress));
        EhFrameHeader table = Find(arena, bias, dummies, read, name);
        byte[] spare = new byte[checked((int)(arena.DummyCount * SlotSize))];
        read(table.AddressOf(table.FirstSpareSlot), spare);
        for (int i = 0; i < arena.DummyCount; i++)
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(spare.AsSpan(i * SlotSize)) != dummies + i)
                throw Unusable(name, $"slot {table.FirstSpareSlot + i} is not the one of spare function {i}");
        }
        return table;
    }

    /// <summary>Reads the table of a process that may have been patched: slots in use name functions in the reserved code, which lies in front of the
    /// dummies, so that the first slot of either is the first that was spare at link time. The slots themselves are not checked.</summary>
    /// <param name="arena">Where the parts are at link time.</param>
    /// <param name="bias">The load bias of the process.</param>
    /// <param name="read">Reads the process's memory.</param>
    /// <param name="name">What messages call the program.</param>
    /// <exception cref="HotpatchException">The table is not of the expected kind.</exception>
    public static EhFrameHeader Locate(ArenaLocation arena, ulong bias, AddressReader read, string name) =>
        Find(arena, bias, unchecked((long)(arena.CodeStart - arena.EhFrameHeaderAddress)), read, name);

    /// <summary>Address of a slot.</summary>
    /// <param name="slot">Index in the whole table.</param>
    public ulong AddressOf(uint slot) => slot < Count
        ? SlotAddress(Address, slot)
        : throw new ArgumentOutOfRangeException(nameof(slot), slot, $"The table has {Count} slots.");

    /// <summary>The 8 bytes of a slot as one little-endian word, to be stored at <see cref="AddressOf"/>.</summary>
    /// <param name="function">Address of the first byte that the FDE covers, in the same address space as <see cref="Address"/>.</param>
    /// <param name="fde">Address of the FDE.</param>
    public ulong Encode(ulong function, ulong fde) => (uint)Distance(function) | ((ulong)(uint)Distance(fde) << 32);

    /// <summary>What a slot says.</summary>
    /// <param name="slot">The 8 bytes as one little-endian word.</param>
    public (ulong Function, ulong Fde) Decode(ulong slot) =>
        (unchecked(Address + (ulong)(long)(int)(uint)slot), unchecked(Address + (ulong)(long)(int)(uint)(slot >> 32)));

    private static EhFrameHeader Find(ArenaLocation arena, ulong bias, long firstFunction, AddressReader read, string name)
    {
        ulong address = unchecked(arena.EhFrameHeaderAddress + bias);
        if (arena.EhFrameHeaderSize < SlotsOffset)
            throw Unusable(name, "it is too short");
        Span<byte> head = stackalloc byte[SlotsOffset];
        read(address, head);
        if (head[0] != Version || head[1] != PointerEncoding || head[2] != CountEncoding || head[3] != TableEncoding)
            throw Unusable(name, $"version {head[0]} and encodings {head[1]:x2} {head[2]:x2} {head[3]:x2} are not 1 and 1b 03 3b");
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(head[CountOffset..]);
        if (count > (arena.EhFrameHeaderSize - SlotsOffset) / SlotSize)
            throw Unusable(name, $"it is too short for {count} slots");
        if (unchecked((long)(arena.CodeStart - arena.EhFrameHeaderAddress)) != (int)unchecked((long)(arena.CodeStart - arena.EhFrameHeaderAddress)))
            throw Unusable(name, "the reserved code is more than 2 GiB away");

        uint low = 0, high = count;
        Span<byte> slot = stackalloc byte[SlotSize];
        while (low < high)
        {
            uint middle = low + ((high - low) / 2);
            read(SlotAddress(address, middle), slot);
            if (BinaryPrimitives.ReadInt32LittleEndian(slot) < firstFunction)
                low = middle + 1;
            else
                high = middle;
        }
        if (arena.DummyCount > count - low)
            throw Unusable(name, $"{count - low} slots are left for {arena.DummyCount} spare functions");
        return new EhFrameHeader(address, count, low, arena.DummyCount);
    }

    private static ulong SlotAddress(ulong table, uint slot) => unchecked(table + SlotsOffset + ((ulong)slot * SlotSize));

    private static HotpatchException Unusable(string name, string why) => new(ArenaDiagnostics.UnwindTable.With(name, why));

    private int Distance(ulong address) => checked((int)unchecked((long)(address - Address)));
}
