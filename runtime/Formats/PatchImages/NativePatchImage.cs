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
}
