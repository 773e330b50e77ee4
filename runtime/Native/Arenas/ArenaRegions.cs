namespace HotpatchBuild.Runtime.Native.Arenas;

/// <summary>Where the arena's parts lie in one process, as absolute addresses.</summary>
/// <param name="Code">For function bodies; inside the managed code range.</param>
/// <param name="Dummies">The dummy functions, one byte each, directly behind the code; each stands for one spare unwind slot.</param>
/// <param name="Entries">For hot-patchable entries; outside the managed code range.</param>
/// <param name="Data">The state block, then room for images' data.</param>
public sealed record ArenaRegions(MemoryRegion Code, MemoryRegion Dummies, MemoryRegion Entries, MemoryRegion Data);
