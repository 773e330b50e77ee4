using System.Collections.Immutable;

namespace HotpatchBuild.Formats.PatchImages;

/// <summary>The parts of a native patch image. Each is one PE section, and one contiguous piece of the target's arena.</summary>
public enum ImageSection : byte
{
    /// <summary><c>.entry</c>: one hot-patchable 16-byte entry per function, placed outside the managed code range.</summary>
    Entries = 1,

    /// <summary><c>.text</c>: function bodies, placed inside the managed code range.</summary>
    Text = 2,

    /// <summary><c>.rdata</c>: LSDA, exception tables, jump tables, constants.</summary>
    ReadOnlyData = 3,

    /// <summary><c>.data</c>: MethodTables, frozen objects, dispatch cells, dictionaries, statics.</summary>
    Data = 4,

    /// <summary><c>.eh_fram</c>: CIEs and FDEs.</summary>
    Unwind = 5,
}

/// <summary>A place in a patch image.</summary>
/// <param name="Section">The section.</param>
/// <param name="Offset">Bytes from the section's start.</param>
public readonly record struct ImageLocation(ImageSection Section, uint Offset);

/// <summary>How a fixup's value is stored.</summary>
public enum FixupKind : byte
{
    /// <summary>64-bit absolute address of the target (S + A).</summary>
    Absolute64 = 1,

    /// <summary>32-bit distance from the field to the target (S + A − P).</summary>
    Relative32 = 2,
}

/// <summary>One address to fill in once the image's place in the target is known.</summary>
/// <param name="Field">The field to fill.</param>
/// <param name="Kind">How the value is stored.</param>
/// <param name="Image">The target inside the image, or null when the target is in the baseline.</param>
/// <param name="BaselineAddress">The target's link-time virtual address in the baseline executable (the load bias is added when applying); 0 when the target is in the image.</param>
/// <param name="Addend">Added to the target's address (A of the ELF relocation formulas).</param>
public readonly record struct Fixup(ImageLocation Field, FixupKind Kind, ImageLocation? Image, ulong BaselineAddress, int Addend);

/// <summary>One function of the image.</summary>
/// <param name="Symbol">ILC's symbol name; the identity by which a later delta finds this function's entry.</param>
/// <param name="DisplayName">The name a C# developer knows.</param>
/// <param name="EntryOffset">Offset of its 16-byte entry in <see cref="ImageSection.Entries"/>.</param>
/// <param name="TextOffset">Offset of its first instruction in <see cref="ImageSection.Text"/>; 16-byte aligned.</param>
/// <param name="Size">Bytes of code.</param>
/// <param name="PatchPoint">The baseline function that it replaces, or null for a function that the baseline does not have.</param>
public sealed record PatchFunction(string Symbol, string DisplayName, uint EntryOffset, uint TextOffset, uint Size, PatchPoint? PatchPoint);

/// <summary>The place in the baseline where control is redirected.</summary>
/// <param name="Address">Link-time virtual address of the baseline function's entry; 16-byte aligned.</param>
/// <param name="Size">Bytes of the baseline function's body.</param>
/// <param name="WholeBodyIdle">True when a branch leads into the first five bytes, so that no thread may be anywhere in the body while it is redirected.</param>
/// <param name="Original">The whole baseline body as linked; what memory must hold before the patch. At least 8 bytes: bytes behind a shorter function up to its 8-byte word's end are included.</param>
public sealed record PatchPoint(ulong Address, uint Size, bool WholeBodyIdle, ImmutableArray<byte> Original);

/// <summary>An unwind table slot that the image needs.</summary>
/// <param name="TextOffset">First byte that the FDE covers, in <see cref="ImageSection.Text"/>.</param>
/// <param name="Length">Bytes covered.</param>
/// <param name="UnwindOffset">The FDE, in <see cref="ImageSection.Unwind"/>.</param>
public readonly record struct UnwindSlot(uint TextOffset, uint Length, uint UnwindOffset);

/// <summary>A name for an address that the image's code refers to, for disassembly.</summary>
/// <param name="Address">Link-time virtual address in the baseline.</param>
/// <param name="Name">Symbol name.</param>
public readonly record struct BaselineName(ulong Address, string Name);

/// <summary>
/// An object that the baseline allocates when it starts and never uses: room for the static fields of a type that a delta brings. All of its words
/// are references, so the garbage collector keeps and updates whatever is stored there.
/// </summary>
/// <param name="Cell">Link-time virtual address of the word in the baseline that holds the object's address; a multiple of 8.</param>
/// <param name="MethodTable">Link-time virtual address of the MethodTable that the object must have.</param>
/// <param name="Words">References that it has room for, 1 to 4096; the first one stands 8 bytes behind the object's address.</param>
public readonly record struct StaticBlock(ulong Cell, ulong MethodTable, uint Words);

/// <summary>Static fields without references, with the class constructor's context in front where there is one.</summary>
/// <param name="Offset">First byte in <see cref="ImageSection.Data"/>.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Context">Bytes from <paramref name="Offset"/> to the context's word, which is zero once the class constructor has run (StaticClassConstructionContext
/// in dotnet/runtime); null where there is no class constructor that has to run.</param>
public readonly record struct StaticData(uint Offset, uint Size, uint? Context);

/// <summary>Static fields that are references.</summary>
/// <param name="Cell">Offset in <see cref="ImageSection.Data"/> of the word through which code finds them: it receives the address of a block. A multiple of 8.</param>
/// <param name="Words">Words that the fields take up.</param>
/// <param name="Initial">Offset in <see cref="ImageSection.Data"/> of what the words hold at first: references to objects outside the garbage collector's heap; null for none.</param>
public readonly record struct StaticReferences(uint Cell, uint Words, uint? Initial);

/// <summary>The static fields of a type that the image brings.</summary>
/// <param name="Symbol">The type in ILC's names.</param>
/// <param name="Layout">SHA-256 of what the fields are; where a later image has the same type with the same layout, it finds the values that are there.
/// Empty for fields that may hold what only this image knows: a later image starts with new ones.</param>
/// <param name="Data">The fields without references, or null.</param>
/// <param name="References">The fields that are references, or null.</param>
public sealed record StaticStorage(string Symbol, ImmutableArray<byte> Layout, StaticData? Data, StaticReferences? References);

/// <summary>The compiled new code of one native module: what the linker makes and the native engine applies.</summary>
public sealed record NativePatchImage
{
    /// <summary>The GNU build-id of the baseline executable that the addresses belong to.</summary>
    public required ImmutableArray<byte> BaselineBuildId { get; init; }

    /// <summary>Each section's bytes; fields named by a fixup hold zero.</summary>
    public required ImageSections Sections { get; init; }

    /// <summary>All functions, sorted by <see cref="PatchFunction.TextOffset"/>.</summary>
    public required ImmutableArray<PatchFunction> Functions { get; init; }

    /// <summary>All fixups, sorted by field.</summary>
    public required ImmutableArray<Fixup> Fixups { get; init; }

    /// <summary>All unwind slots, sorted by <see cref="UnwindSlot.TextOffset"/>.</summary>
    public required ImmutableArray<UnwindSlot> UnwindSlots { get; init; }

    /// <summary>Names of baseline addresses that old and new code refer to, sorted by address.</summary>
    public required ImmutableArray<BaselineName> BaselineNames { get; init; }

    /// <summary>The baseline's blocks, sorted by <see cref="StaticBlock.Cell"/>; empty where <see cref="Statics"/> needs none.</summary>
    public ImmutableArray<StaticBlock> StaticBlocks { get; init; } = [];

    /// <summary>The static fields of the types that the image brings, sorted by symbol (ordinal).</summary>
    public ImmutableArray<StaticStorage> Statics { get; init; } = [];
}
