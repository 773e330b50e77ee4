namespace HotpatchBuild.Formats.Arenas;

/// <summary>
/// The ELF note by which the arena is found in a stripped executable and in a running process. This is the only place
/// that knows the note's layout; the compiler writes it and the runtime reads it.
/// </summary>
/// <remarks>
/// Note name <c>HotpatchBuild</c>, section <c>.note.hotpatch</c>, type 1. The descriptor is little-endian:
/// <code>
/// +0  u32 layout version (1)      +4  u32 number of dummy functions (spare .eh_frame_hdr slots)
/// +8  i64 code start    (R_X86_64_PC64: distance from this field)   +16 u64 code bytes
/// +24 i64 dummies start (likewise; K one-byte functions, directly behind the code)
/// +32 i64 entries start (likewise; outside the managed code range)  +40 u64 entries bytes
/// +48 i64 data start    (likewise; zero-filled and writable)        +56 u64 data bytes
/// </code>
/// </remarks>
public static class ArenaNote
{
    /// <summary>Section name.</summary>
    public const string SectionName = ".note.hotpatch";

    /// <summary>Owner name of the note, without its terminating zero.</summary>
    public const string Owner = "HotpatchBuild";

    /// <summary>Note type.</summary>
    public const uint Type = 1;

    /// <summary>Layout version written and read.</summary>
    public const uint Version = 1;

    /// <summary>Bytes of the descriptor.</summary>
    public const int DescriptorSize = 64;

    /// <summary>Offset of the layout version.</summary>
    public const int VersionOffset = 0;

    /// <summary>Offset of the number of dummy functions.</summary>
    public const int DummyCountOffset = 4;

    /// <summary>Offset of the distance to the code.</summary>
    public const int CodeOffset = 8;

    /// <summary>Offset of the code's size.</summary>
    public const int CodeSizeOffset = 16;

    /// <summary>Offset of the distance to the dummy functions.</summary>
    public const int DummiesOffset = 24;

    /// <summary>Offset of the distance to the entries.</summary>
    public const int EntriesOffset = 32;

    /// <summary>Offset of the entries' size.</summary>
    public const int EntriesSizeOffset = 40;

    /// <summary>Offset of the distance to the data.</summary>
    public const int DataOffset = 48;

    /// <summary>Offset of the data's size.</summary>
    public const int DataSizeOffset = 56;

    /// <summary>Bytes of one hot-patchable entry.</summary>
    public const int EntrySize = 16;
}
