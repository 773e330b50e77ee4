using System.Buffers.Binary;
using System.Collections.Immutable;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Runtime.Native.Arenas;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>Where the static fields of an image's types live in a process. Nothing has been written.</summary>
/// <remarks>
/// Fields without references lie in the image's data. Those that are references lie in a block: an object of the process's own that its runtime made for
/// a class of the baseline (<see cref="StaticBlock"/>) and that nothing uses. It lies on the pinned object heap, so its address holds, and all of
/// its words are references, so the garbage collector keeps what is stored there, whoever stored it.
/// A type that an earlier image brought with the same layout keeps its fields, and with them their values, unless its class constructor has not run to the end:
/// then nobody has values yet, and the newer code's constructor is the one to run.
/// </remarks>
internal sealed class StaticsPlan
{
    // The garbage collector marks objects in the lowest bits of their MethodTable pointer while it works (src/coreclr/gc/gc.cpp).
    private const ulong MethodTableMarks = 7;
    private const uint Word = sizeof(ulong);

    // Documentation/arch/x86/x86_64/mm.rst of Linux: user space with four-level page tables.
    private const ulong EndOfAddresses = 1UL << 47;

    private readonly NativePatchImage _image;
    private readonly List<(uint Start, uint End, ulong Address)> _moved = [];
    private readonly List<(uint Cell, ulong Block)> _cells = [];
    private readonly List<(uint Initial, uint Words, ulong Block)> _fresh = [];

    private StaticsPlan(NativePatchImage image, TargetState state)
    {
        _image = image;
        State = state;
    }

    /// <summary>The state with the image's static fields in it.</summary>
    public TargetState State { get; private set; }

    /// <summary>Finds or allocates them all.</summary>
    /// <param name="image">The image.</param>
    /// <param name="place">Where it goes.</param>
    /// <param name="state">What the process remembers.</param>
    /// <param name="target">The process.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">There is no room, or a block is not as it should be.</exception>
    public static StaticsPlan Make(NativePatchImage image, Placement place, TargetState state, NativeTarget target)
    {
        var plan = new StaticsPlan(image, state with { StaticBlocks = Math.Max(state.StaticBlocks, (uint)image.StaticBlocks.Length) });
        foreach (var statics in image.Statics)
        {
            if (plan.Find(statics, target) is { } known)
                plan.Share(statics, known, target);
            else
                plan.Add(statics, place, target);
        }
        return plan;
    }

    /// <summary>Where a place in the image's data is when it belongs to fields that an earlier image brought; null for all others.</summary>
    /// <param name="offset">Its offset.</param>
    public ulong? Moved(uint offset)
    {
        foreach (var (start, end, address) in _moved)
        {
            if (offset >= start && offset <= end)
                return address + (offset - start);
        }
        return null;
    }

    /// <summary>Puts the blocks' addresses into the cells of the image's data.</summary>
    /// <param name="data">The image's data.</param>
    public void FillCells(Span<byte> data)
    {
        foreach (var (cell, block) in _cells)
            BinaryPrimitives.WriteUInt64LittleEndian(data[(int)cell..], block);
    }

    /// <summary>What fresh blocks hold at first, as words to be stored.</summary>
    /// <param name="data">The image's data with its addresses filled in.</param>
    public ImmutableArray<SlotStore> InitialWords(ReadOnlySpan<byte> data)
    {
        var words = ImmutableArray.CreateBuilder<SlotStore>();
        foreach (var (initial, count, block) in _fresh)
        {
            for (var i = 0u; i < count; i++)
            {
                if (BinaryPrimitives.ReadUInt64LittleEndian(data[(int)(initial + i * Word)..]) is not 0 and var word)
                    words.Add(new SlotStore(block + Word + i * Word, word));
            }
        }
        return words.DrainToImmutable();
    }

    private LoadedStatics? Find(StaticStorage statics, NativeTarget target)
    {
        if (statics.Layout.IsEmpty)
            return null;
        for (var i = State.Statics.Length - 1; i >= 0; i--)
        {
            var known = State.Statics[i];
            if (known.Symbol != statics.Symbol || !known.Layout.AsSpan().SequenceEqual(statics.Layout.AsSpan()))
                continue;
            var same = known.DataSize == (statics.Data?.Size ?? 0) && known.Words >= (statics.References?.Words ?? 0) && (known.Context != 0) == (statics.Data?.Context is not null);
            return same && (known.Context == 0 || target.Memory.ReadWord(known.Context) == 0) ? known : null;
        }
        return null;
    }

    private void Share(StaticStorage statics, LoadedStatics known, NativeTarget target)
    {
        if (statics.Data is { } data)
            _moved.Add((data.Offset, data.Offset + data.Size, known.Data));
        if (statics.References is not { } references)
            return;
        foreach (var block in _image.StaticBlocks)
        {
            if (unchecked(block.Cell + target.LoadBias) == known.Cell && block.Words >= references.Words)
            {
                _cells.Add((references.Cell, Check(block, target)));
                return;
            }
        }
        throw StateDiagnostics.BadStaticBlock.With(target.Name, known.Cell, "the delta does not know it").AsException();
    }

    private void Add(StaticStorage statics, Placement place, NativeTarget target)
    {
        var data = statics.Data.GetValueOrDefault();
        var address = statics.Data is null ? 0 : place.Data + data.Offset;
        var (cell, words) = statics.References is { } references ? Take(statics.Symbol, references, target) : (0, 0);
        var layout = statics.Layout.IsEmpty ? [.. new byte[StateLayout.Sha256Size]] : statics.Layout;
        State = State with
        {
            Statics = State.Statics.Add(new LoadedStatics(statics.Symbol, layout, address, data.Size, data.Context is { } context ? address + context : 0, cell, words)),
        };
    }

    /// <summary>The smallest free block that is large enough.</summary>
    private (ulong Cell, uint Words) Take(string symbol, StaticReferences references, NativeTarget target)
    {
        var used = State.Statics.Select(statics => statics.Cell).ToHashSet();
        foreach (var block in _image.StaticBlocks.Where(block => block.Words >= references.Words).OrderBy(block => block.Words))
        {
            var cell = unchecked(block.Cell + target.LoadBias);
            if (used.Contains(cell))
                continue;
            var address = Check(block, target);
            // A tool that was killed may have left something: the block is lost, and does no harm.
            if (!IsEmpty(address, block.Words, target))
                continue;
            _cells.Add((references.Cell, address));
            if (references.Initial is { } initial)
                _fresh.Add((initial, references.Words, address));
            return (cell, block.Words);
        }
        throw StateDiagnostics.NoStaticBlock.With(target.Name, references.Words, symbol, _image.StaticBlocks.Length).AsException();
    }

    /// <summary>The address of a block, once everything about it is as it must be.</summary>
    private static ulong Check(StaticBlock block, NativeTarget target)
    {
        var cell = unchecked(block.Cell + target.LoadBias);
        var methodTable = unchecked(block.MethodTable + target.LoadBias);
        if (!target.Module.Holds(cell, Word) || !target.Module.Holds(methodTable, Word))
            throw EngineDiagnostics.BadImage.With($"its static block 0x{block.Cell:x} lies outside the program").AsException();
        var address = target.Memory.ReadWord(cell);
        if (address == 0 || address % Word != 0 || address >= EndOfAddresses)
            throw StateDiagnostics.BadStaticBlock.With(target.Name, cell, "its cell holds no address").AsException();
        if ((target.Memory.ReadWord(address) & ~MethodTableMarks) != methodTable)
            throw StateDiagnostics.BadStaticBlock.With(target.Name, cell, "the object has another type").AsException();
        return address;
    }

    private static bool IsEmpty(ulong address, uint words, NativeTarget target)
    {
        var bytes = new byte[words * Word];
        target.Memory.Read(address + Word, bytes);
        return !bytes.AsSpan().ContainsAnyExcept((byte)0);
    }
}
