namespace HotpatchBuild.Formats.Elf;

/// <summary>A note.</summary>
/// <param name="Owner">Who defines <paramref name="Type"/>, without the terminating zero.</param>
/// <param name="Type">Its type.</param>
/// <param name="Address">Link-time virtual address of the descriptor; the offset in the section for an object.</param>
/// <param name="Descriptor">Its content.</param>
public sealed record ElfNote(string Owner, uint Type, ulong Address, ReadOnlyMemory<byte> Descriptor);
