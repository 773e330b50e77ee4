using System.Buffers.Binary;
using System.Collections.Immutable;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Runtime.Native.Arenas;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>The words that give an image's functions their slots in the sorted unwind table.</summary>
/// <remarks>
/// A slot is eight bytes and may straddle two aligned words. Stored lowest first, each word in one piece, the table is sorted at every moment: new functions
/// lie behind all earlier ones and in front of the dummies. A slot that names a new function and still a dummy's FDE does no harm, because nobody executes either.
/// </remarks>
internal static class UnwindSlots
{
    private const int Word = sizeof(ulong);

    /// <summary>Plans them.</summary>
    /// <param name="image">The image.</param>
    /// <param name="place">Where it goes.</param>
    /// <param name="firstFree">Slots used before it.</param>
    /// <param name="table">The table in the process.</param>
    /// <param name="arena">The arena in the process.</param>
    /// <param name="memory">The process's memory.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">The table is not as the records say, or the image's slots lie outside it.</exception>
    public static ImmutableArray<SlotStore> Plan(
        NativePatchImage image, Placement place, uint firstFree, EhFrameHeader table, ArenaRegions arena, ITargetMemory memory)
    {
        if (image.UnwindSlots.IsEmpty)
            return [];
        var start = table.AddressOf(table.FirstSpareSlot + firstFree);
        CheckFree(start, firstFree, table, arena, memory);

        var end = start + (ulong)image.UnwindSlots.Length * EhFrameHeader.SlotSize;
        var alignedStart = start & ~(ulong)(Word - 1);
        var bytes = new byte[(int)((end + Word - 1 & ~(ulong)(Word - 1)) - alignedStart)];
        memory.Read(alignedStart, bytes);
        var at = (int)(start - alignedStart);
        var previous = -1L;
        foreach (var slot in image.UnwindSlots)
        {
            Check(slot, previous, image);
            previous = slot.TextOffset;
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), table.Encode(place.Text + slot.TextOffset, place.Unwind + slot.UnwindOffset));
            at += EhFrameHeader.SlotSize;
        }
        var stores = ImmutableArray.CreateBuilder<SlotStore>(bytes.Length / Word);
        for (var i = 0; i < bytes.Length; i += Word)
            stores.Add(new SlotStore(alignedStart + (ulong)i, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i))));
        return stores.MoveToImmutable();
    }

    private static void Check(UnwindSlot slot, long previous, NativePatchImage image)
    {
        if (slot.TextOffset <= previous || !Inside(image, ImageSection.Text, slot.TextOffset, slot.Length) || !Inside(image, ImageSection.Unwind, slot.UnwindOffset, 1))
            throw EngineDiagnostics.BadImage.With($"its unwind slot for offset 0x{slot.TextOffset:x} is not in order").AsException();
    }

    private static bool Inside(NativePatchImage image, ImageSection section, uint offset, uint length) =>
        image.Sections[section] is var bytes && offset <= (uint)bytes.Length && length <= (uint)bytes.Length - offset;

    /// <summary>The first free slot must still be its dummy's, or two tools disagree on what is used.</summary>
    private static void CheckFree(ulong start, uint firstFree, EhFrameHeader table, ArenaRegions arena, ITargetMemory memory)
    {
        Span<byte> slot = stackalloc byte[EhFrameHeader.SlotSize];
        memory.Read(start, slot);
        var (function, _) = table.Decode(BinaryPrimitives.ReadUInt64LittleEndian(slot));
        if (function != arena.Dummies.Start + firstFree)
            throw StateDiagnostics.UnwindTable.With($"slot {firstFree} of the arena is in use").AsException();
    }
}
