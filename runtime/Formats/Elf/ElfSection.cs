namespace HotpatchBuild.Formats.Elf;

/// <summary>A section header.</summary>
/// <param name="Index">Its index in the file.</param>
/// <param name="Name">Its name; empty for the null section.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Flags">Its properties.</param>
/// <param name="Address">Virtual address of its first byte; 0 in an object.</param>
/// <param name="Offset">File offset of its first byte.</param>
/// <param name="Size">Its bytes in memory; in the file too, unless it is <see cref="ElfSectionType.NoBits"/>.</param>
/// <param name="Link">Index of a section that belongs to it (a symbol table's strings, a relocation section's symbols).</param>
/// <param name="Info">More about it (the section that a relocation section applies to).</param>
/// <param name="Alignment">Alignment in bytes; 0 and 1 mean none.</param>
/// <param name="EntrySize">Bytes of one entry, or 0.</param>
public sealed record ElfSection(
    int Index,
    string Name,
    ElfSectionType Type,
    ElfSectionFlags Flags,
    ulong Address,
    ulong Offset,
    ulong Size,
    uint Link,
    uint Info,
    ulong Alignment,
    ulong EntrySize)
{
    /// <summary>True when it holds instructions.</summary>
    public bool IsExecutable => (Flags & ElfSectionFlags.Execute) != 0;

    /// <summary>True when it is zero-filled and takes no space in the file.</summary>
    public bool IsZeroFilled => Type == ElfSectionType.NoBits;
}
