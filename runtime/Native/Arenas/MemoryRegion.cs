namespace HotpatchBuild.Runtime.Native.Arenas;

/// <summary>A range of a process's addresses.</summary>
/// <param name="Start">First address.</param>
/// <param name="Size">Bytes.</param>
public readonly record struct MemoryRegion(ulong Start, ulong Size)
{
    /// <summary>Address behind the last.</summary>
    public ulong End => Start + Size;

    /// <summary>True when the whole of <paramref name="size"/> bytes from <paramref name="address"/> lies inside; never overflows.</summary>
    /// <param name="address">First address.</param>
    /// <param name="size">Bytes.</param>
    public bool Holds(ulong address, ulong size) =>
        address >= Start && address - Start <= Size && size <= Size - (address - Start);
}
