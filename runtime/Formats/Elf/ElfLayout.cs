using System.Runtime.InteropServices;

namespace HotpatchBuild.Formats.Elf;

/// <summary>The records of an ELF64 file as they lie in it (System V ABI, chapters 4 and 5), for the reader and the writer.
/// Files and machines that this product works on are little-endian alike.</summary>
internal static class ElfLayout
{
    /// <summary>Elf64_Ehdr.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct FileHeader
    {
        public const int Size = 64;
        public uint Magic;
        public byte Class, Data, IdentVersion, OsAbi;
        public ulong AbiVersionAndPadding;
        public ushort Type, Machine;
        public uint Version;
        public ulong Entry, SegmentsOffset, SectionsOffset;
        public uint Flags;
        public ushort HeaderSize, SegmentEntrySize, SegmentCount, SectionEntrySize, SectionCount, SectionNamesIndex;
    }

    /// <summary>Elf64_Shdr.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct SectionHeader
    {
        public const int Size = 64;
        public uint Name, Type;
        public ulong Flags, Address, Offset, Length;
        public uint Link, Info;
        public ulong Alignment, EntrySize;
    }

    /// <summary>Elf64_Phdr.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct ProgramHeader
    {
        public const int Size = 56;
        public uint Type, Flags;
        public ulong Offset, VirtualAddress, PhysicalAddress, FileSize, MemorySize, Alignment;
    }

    /// <summary>Elf64_Sym.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Symbol
    {
        public const int Size = 24;
        public uint Name;
        public byte Info, Other;
        public ushort Section;
        public ulong Value, Length;
    }

    /// <summary>Elf64_Rela.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Rela
    {
        public const int Size = 24;
        public ulong Offset;
        public uint Type, Symbol;
        public long Addend;
    }

    /// <summary>Elf64_Nhdr; the owner (with its terminating zero) and the descriptor follow, each padded.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct NoteHeader
    {
        public const int Size = 12;
        public uint OwnerLength, DescriptorLength, Type;
    }
}
