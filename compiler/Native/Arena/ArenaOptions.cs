namespace HotpatchBuild.Compiler.Native.Arena;

/// <summary>How much space a baseline reserves for hotpatches.</summary>
/// <remarks>The defaults add 4.4 MB to the file (code, spare functions with their unwind entries, entries); the data takes memory only when it is used.</remarks>
public sealed record ArenaOptions
{
    /// <summary>Bytes for function bodies; a multiple of 4096.</summary>
    public int CodeSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>Functions that deltas can bring in a process's life: spare slots of the unwind table, and entries.</summary>
    public int SlotCount { get; init; } = 8192;

    /// <summary>Bytes of zero-filled data; a multiple of 4096.</summary>
    public int DataSize { get; init; } = 16 * 1024 * 1024;
}
