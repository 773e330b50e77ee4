using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Runtime.Native.Arenas;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>Where an image's sections go in the arena.</summary>
internal sealed record Placement
{
    // The runtime reads 16-byte constants with aligned loads, and a cache line costs nothing.
    private const ulong DataAlignment = 64;
    private const ulong CodeAlignment = 16;

    /// <summary>Address of the entries.</summary>
    public required ulong Entries { get; init; }

    /// <summary>Address of the function bodies.</summary>
    public required ulong Text { get; init; }

    /// <summary>Address of the read-only data.</summary>
    public required ulong ReadOnlyData { get; init; }

    /// <summary>Address of the data.</summary>
    public required ulong Data { get; init; }

    /// <summary>Address of the unwind information.</summary>
    public required ulong Unwind { get; init; }

    /// <summary>How far the arena is used afterwards.</summary>
    public required ArenaCursors Used { get; init; }

    /// <summary>Address of a section.</summary>
    public ulong Of(ImageSection section) => section switch
    {
        ImageSection.Entries => Entries,
        ImageSection.Text => Text,
        ImageSection.ReadOnlyData => ReadOnlyData,
        ImageSection.Data => Data,
        ImageSection.Unwind => Unwind,
        _ => throw EngineDiagnostics.BadImage.With($"it names section {(int)section}").AsException(),
    };

    /// <summary>Address of a place in the image.</summary>
    public ulong Of(ImageLocation location) => Of(location.Section) + location.Offset;

    /// <summary>Finds room behind what is used.</summary>
    /// <exception cref="Formats.Diagnostics.HotpatchException">A part of the arena is full.</exception>
    public static Placement Find(NativePatchImage image, ArenaRegions arena, ArenaCursors used)
    {
        var entries = Take(arena.Entries, used.Entries, Size(image, ImageSection.Entries), ArenaNote.EntrySize, "room for entries", "bytes", out var usedEntries);
        var text = Take(arena.Code, used.Code, Size(image, ImageSection.Text), CodeAlignment, "code space", "bytes", out var usedCode);
        var readOnly = Take(arena.Data, used.Data, Size(image, ImageSection.ReadOnlyData), DataAlignment, "data space", "bytes", out var usedData);
        var data = Take(arena.Data, usedData, Size(image, ImageSection.Data), DataAlignment, "data space", "bytes", out usedData);
        var unwind = Take(arena.Data, usedData, Size(image, ImageSection.Unwind), DataAlignment, "data space", "bytes", out usedData);
        Take(arena.Dummies, used.Slots, (ulong)image.UnwindSlots.Length, 1, "unwind table", "slots", out var usedSlots);
        return new Placement
        {
            Entries = entries,
            Text = text,
            ReadOnlyData = readOnly,
            Data = data,
            Unwind = unwind,
            Used = new ArenaCursors(usedCode, usedEntries, usedData, (uint)usedSlots),
        };
    }

    private static ulong Size(NativePatchImage image, ImageSection section) => (ulong)image.Sections[section].Length;

    private static ulong Take(MemoryRegion region, ulong used, ulong size, ulong alignment, string what, string unit, out ulong usedAfter)
    {
        var start = (region.Start + used + alignment - 1) / alignment * alignment;
        if (!region.Holds(start, size))
            throw StateDiagnostics.ArenaFull.With(what, size, unit, start <= region.End ? region.End - start : 0).AsException();
        usedAfter = start - region.Start + size;
        return start;
    }
}
