using HotpatchBuild.Formats.Arenas;

namespace HotpatchBuild.Runtime.Native.Arenas;

/// <summary>Where the arena's parts lie in one process, as absolute addresses.</summary>
/// <param name="Code">For function bodies; inside the managed code range.</param>
/// <param name="Dummies">The dummy functions, one byte each, directly behind the code; each stands for one spare unwind slot.</param>
/// <param name="Entries">For hot-patchable entries; outside the managed code range.</param>
/// <param name="Data">The state block, then room for images' data.</param>
public sealed record ArenaRegions(MemoryRegion Code, MemoryRegion Dummies, MemoryRegion Entries, MemoryRegion Data)
{
    /// <summary>The parts at their addresses in a process.</summary>
    /// <param name="location">Where they are at link time.</param>
    /// <param name="bias">The process's load bias.</param>
    public static ArenaRegions At(ArenaLocation location, ulong bias) => new(
        new MemoryRegion(unchecked(location.CodeStart + bias), location.CodeSize),
        new MemoryRegion(unchecked(location.DummiesStart + bias), location.DummyCount),
        new MemoryRegion(unchecked(location.EntriesStart + bias), location.EntriesSize),
        new MemoryRegion(unchecked(location.DataStart + bias), location.DataSize));
}
