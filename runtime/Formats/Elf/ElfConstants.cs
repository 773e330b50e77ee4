namespace HotpatchBuild.Formats.Elf;

// Every number of the ELF formats that this code knows. Sources: System V ABI (gABI) chapters 4 and 5, the x86-64 psABI
// table 4.9 (relocation types), Linux Standard Base Core 5.0 chapter 10 (GNU segment and note types).

/// <summary>What an ELF file is (<c>e_type</c>).</summary>
public enum ElfFileType : ushort
{
    /// <summary>An object to be linked (ET_REL).</summary>
    Relocatable = 1,

    /// <summary>An executable at fixed addresses (ET_EXEC).</summary>
    Executable = 2,

    /// <summary>A shared library or a position-independent executable (ET_DYN).</summary>
    Dynamic = 3,
}

/// <summary>What a section holds (<c>sh_type</c>); other values occur too.</summary>
public enum ElfSectionType : uint
{
    /// <summary>Unused header.</summary>
    Null = 0,

    /// <summary>Bytes whose meaning the program defines.</summary>
    ProgramBits = 1,

    /// <summary>The full symbol table.</summary>
    SymbolTable = 2,

    /// <summary>Zero-terminated strings.</summary>
    StringTable = 3,

    /// <summary>Relocations with addends.</summary>
    Rela = 4,

    /// <summary>Dynamic linking information.</summary>
    Dynamic = 6,

    /// <summary>Notes.</summary>
    Note = 7,

    /// <summary>Zeros that take no space in the file.</summary>
    NoBits = 8,

    /// <summary>Relocations without addends.</summary>
    Rel = 9,

    /// <summary>The dynamic linker's symbols.</summary>
    DynamicSymbols = 11,

    /// <summary>Pointers to initialisers.</summary>
    InitArray = 14,

    /// <summary>A section group.</summary>
    Group = 17,

    /// <summary>Section indices that do not fit into a symbol.</summary>
    SymbolSectionIndices = 18,

    /// <summary>Unwind tables (SHT_X86_64_UNWIND).</summary>
    X64Unwind = 0x70000001,
}

/// <summary>Properties of a section (<c>sh_flags</c>); other bits occur too.</summary>
[Flags]
public enum ElfSectionFlags : ulong
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Writable in memory.</summary>
    Write = 1,

    /// <summary>Part of the program's memory.</summary>
    Alloc = 2,

    /// <summary>Holds instructions.</summary>
    Execute = 4,

    /// <summary>May be merged with equal contents.</summary>
    Merge = 0x10,

    /// <summary>Holds zero-terminated strings.</summary>
    Strings = 0x20,

    /// <summary><c>sh_info</c> is a section index.</summary>
    InfoLink = 0x40,

    /// <summary>Member of a section group.</summary>
    Group = 0x200,

    /// <summary>Thread-local storage.</summary>
    ThreadLocal = 0x400,

    /// <summary>Contents are compressed.</summary>
    Compressed = 0x800,

    /// <summary>The linker keeps it although nothing refers to it (SHF_GNU_RETAIN).</summary>
    Retain = 0x200000,
}

/// <summary>What a segment is for (<c>p_type</c>); other values occur too.</summary>
public enum ElfSegmentType : uint
{
    /// <summary>Unused header.</summary>
    Null = 0,

    /// <summary>Mapped into memory.</summary>
    Load = 1,

    /// <summary>Dynamic linking information.</summary>
    Dynamic = 2,

    /// <summary>Path of the dynamic linker.</summary>
    Interpreter = 3,

    /// <summary>Notes.</summary>
    Note = 4,

    /// <summary>The program headers themselves.</summary>
    ProgramHeaders = 6,

    /// <summary>Template of the thread-local storage.</summary>
    ThreadLocal = 7,

    /// <summary>The sorted unwind table (PT_GNU_EH_FRAME).</summary>
    EhFrameHeader = 0x6474e550,

    /// <summary>Permissions of the stack.</summary>
    Stack = 0x6474e551,
}

/// <summary>Permissions of a segment (<c>p_flags</c>).</summary>
[Flags]
public enum ElfSegmentFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Executable.</summary>
    Execute = 1,

    /// <summary>Writable.</summary>
    Write = 2,

    /// <summary>Readable.</summary>
    Read = 4,
}

/// <summary>What a symbol stands for.</summary>
public enum ElfSymbolType : byte
{
    /// <summary>Not given.</summary>
    None = 0,

    /// <summary>A datum.</summary>
    Object = 1,

    /// <summary>A function.</summary>
    Function = 2,

    /// <summary>The start of a section.</summary>
    Section = 3,

    /// <summary>The name of a source file.</summary>
    File = 4,

    /// <summary>A datum that the linker allocates.</summary>
    Common = 5,

    /// <summary>An offset in thread-local storage.</summary>
    ThreadLocal = 6,

    /// <summary>A function that chooses the function (STT_GNU_IFUNC).</summary>
    IndirectFunction = 10,
}

/// <summary>Who sees a symbol.</summary>
public enum ElfSymbolBinding : byte
{
    /// <summary>Its own object.</summary>
    Local = 0,

    /// <summary>All objects.</summary>
    Global = 1,

    /// <summary>All objects; a global definition wins.</summary>
    Weak = 2,

    /// <summary>One for the whole process (STB_GNU_UNIQUE).</summary>
    Unique = 10,
}

/// <summary>How far a symbol is visible.</summary>
public enum ElfSymbolVisibility : byte
{
    /// <summary>As its binding says.</summary>
    Default = 0,

    /// <summary>Reserved for the processor.</summary>
    Internal = 1,

    /// <summary>Inside the module only.</summary>
    Hidden = 2,

    /// <summary>Visible, but never replaced.</summary>
    Protected = 3,
}

/// <summary>Where a symbol's value belongs.</summary>
public enum ElfSymbolPlace : byte
{
    /// <summary>Defined elsewhere.</summary>
    Undefined,

    /// <summary>In the section of <see cref="ElfSymbol.SectionIndex"/>.</summary>
    Section,

    /// <summary>A number, not an address.</summary>
    Absolute,

    /// <summary>A common block.</summary>
    Common,

    /// <summary>A reserved section index that this code does not know.</summary>
    Reserved,
}

/// <summary>x86-64 relocation types (psABI table 4.9); other values occur too. S symbol, A addend, P place.</summary>
public enum ElfRelocationType : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>64 bits, S + A.</summary>
    Absolute64 = 1,

    /// <summary>32 bits, S + A − P.</summary>
    Pc32 = 2,

    /// <summary>32 bits, L + A − P with L the procedure linkage entry or the symbol.</summary>
    Plt32 = 4,

    /// <summary>64 bits, base + A.</summary>
    Relative = 8,

    /// <summary>32 bits, distance to the global offset table's entry.</summary>
    GotPcRel = 9,

    /// <summary>32 bits zero-extended, S + A.</summary>
    Absolute32 = 10,

    /// <summary>32 bits sign-extended, S + A.</summary>
    Absolute32Signed = 11,

    /// <summary>64 bits, offset in the module's TLS block.</summary>
    DtpOff64 = 17,

    /// <summary>64 bits, offset from the thread pointer.</summary>
    TpOff64 = 18,

    /// <summary>32 bits, distance to the general-dynamic TLS descriptor.</summary>
    TlsGd = 19,

    /// <summary>32 bits, distance to the local-dynamic TLS descriptor.</summary>
    TlsLd = 20,

    /// <summary>32 bits, offset in the module's TLS block.</summary>
    DtpOff32 = 21,

    /// <summary>32 bits, distance to the initial-exec TLS offset.</summary>
    GotTpOff = 22,

    /// <summary>32 bits, offset from the thread pointer.</summary>
    TpOff32 = 23,

    /// <summary>64 bits, S + A − P.</summary>
    Pc64 = 24,

    /// <summary>As <see cref="GotPcRel"/>; the linker may relax the instruction.</summary>
    GotPcRelX = 41,

    /// <summary>As <see cref="GotPcRelX"/>, for instructions with a REX prefix.</summary>
    RexGotPcRelX = 42,
}

/// <summary>The remaining numbers, needed by reader and writer only.</summary>
internal static class ElfConstants
{
    /// <summary>The first four bytes, 7F 'E' 'L' 'F', read as a little-endian number.</summary>
    public const uint Magic = 0x464C457F;

    /// <summary>ELFCLASS64.</summary>
    public const byte Class64 = 2;

    /// <summary>ELFDATA2LSB.</summary>
    public const byte LittleEndian = 1;

    /// <summary>EV_CURRENT.</summary>
    public const byte CurrentVersion = 1;

    /// <summary>EM_X86_64.</summary>
    public const ushort MachineX64 = 62;

    /// <summary>PN_XNUM: the number of program headers is section 0's <c>sh_info</c>.</summary>
    public const ushort ExtendedSegmentCount = 0xffff;

    /// <summary>SHN_UNDEF.</summary>
    public const ushort UndefinedSection = 0;

    /// <summary>SHN_LORESERVE.</summary>
    public const ushort FirstReservedSection = 0xff00;

    /// <summary>SHN_ABS.</summary>
    public const ushort AbsoluteSection = 0xfff1;

    /// <summary>SHN_COMMON.</summary>
    public const ushort CommonSection = 0xfff2;

    /// <summary>SHN_XINDEX: the index stands elsewhere.</summary>
    public const ushort ExtendedSection = 0xffff;

    /// <summary>Owner of the GNU tools' notes.</summary>
    public const string GnuNoteOwner = "GNU";

    /// <summary>NT_GNU_BUILD_ID.</summary>
    public const uint GnuBuildIdNote = 3;
}
