namespace HotpatchBuild.Formats.Elf;

/// <summary>A program header.</summary>
/// <param name="Type">What it is for.</param>
/// <param name="Flags">Its permissions.</param>
/// <param name="Offset">File offset of its first byte. Not checked against the file's length until it is read.</param>
/// <param name="Address">Link-time virtual address of its first byte.</param>
/// <param name="FileSize">Bytes that the file fills.</param>
/// <param name="MemorySize">Bytes in memory; those behind <paramref name="FileSize"/> are zero.</param>
/// <param name="Alignment">Alignment in bytes; 0 and 1 mean none.</param>
public sealed record ElfSegment(
    ElfSegmentType Type, ElfSegmentFlags Flags, ulong Offset, ulong Address, ulong FileSize, ulong MemorySize, ulong Alignment);
