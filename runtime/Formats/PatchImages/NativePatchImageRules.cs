using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.PatchImages;

/// <summary>
/// What must hold between the parts of a native patch image. The writer and the reader both check it, so that an image
/// in a file is never better or worse than one in memory.
/// </summary>
internal static class NativePatchImageRules
{
    /// <summary>Bytes of an image file, of one section and of all sections together.</summary>
    public const int MaximumSize = 64 << 20;

    /// <summary>User-space addresses of x86-64 Linux with four-level page tables end here (Documentation/arch/x86/x86_64/mm.rst).</summary>
    public const ulong MaximumAddress = 1UL << 47;

    /// <summary>UTF-8 bytes of one name.</summary>
    public const int MaximumNameSize = 0xFFFF;

    /// <summary>Bytes of a build-id; GNU ld and lld make 8 to 20.</summary>
    public const int MaximumBuildIdSize = 64;

    private const uint EntrySize = Arenas.ArenaNote.EntrySize;

    /// <summary>The sections in the order in which they stand in the file.</summary>
    public static readonly ImmutableArray<ImageSection> SectionOrder =
        [ImageSection.Entries, ImageSection.Text, ImageSection.ReadOnlyData, ImageSection.Data, ImageSection.Unwind];

    /// <summary>Bytes that a fixup fills.</summary>
    public static uint Width(FixupKind kind) => kind == FixupKind.Absolute64 ? 8u : 4u;

    /// <summary>The bytes of a section; empty where the image has none, and for a number that is no section.</summary>
    public static ReadOnlySpan<byte> Bytes(NativePatchImage image, ImageSection section) =>
        ImageSections.Exists(section) ? image.Sections[section].AsSpan() : default;

    /// <summary>Throws where a rule does not hold.</summary>
    public static void Check(NativePatchImage image)
    {
        CheckSections(image);
        if (image.BaselineBuildId.IsDefaultOrEmpty || image.BaselineBuildId.Length > MaximumBuildIdSize)
            throw Inconsistent($"a build-id has 1 to {MaximumBuildIdSize} bytes");
        CheckFunctions(image);
        CheckPatchPoints(image);
        CheckFixups(image);
        CheckUnwindSlots(image);
        CheckBaselineNames(image);
        StaticsRules.Check(image);
    }

    private static void CheckSections(NativePatchImage image)
    {
        long total = 0;
        foreach (ImageSection section in SectionOrder)
            total += Bytes(image, section).Length;
        if (total > MaximumSize)
            throw new HotpatchException(ImageDiagnostics.TooLarge.With(total, MaximumSize));
    }

    private static void CheckFunctions(NativePatchImage image)
    {
        uint entries = (uint)Bytes(image, ImageSection.Entries).Length, text = (uint)Bytes(image, ImageSection.Text).Length;
        HashSet<string> symbols = new(StringComparer.Ordinal);
        bool[] taken = new bool[entries / EntrySize];
        ulong free = 0;
        foreach (PatchFunction function in image.Functions)
        {
            CheckName(function.Symbol);
            CheckName(function.DisplayName);
            if (!symbols.Add(function.Symbol))
                throw Inconsistent($"function {function.Symbol} stands twice");
            if (function.EntryOffset % EntrySize != 0 || (ulong)function.EntryOffset + EntrySize > entries)
                throw Inconsistent($"the entry of {function.Symbol} is not one of the image's entries");
            if (taken[function.EntryOffset / EntrySize])
                throw Inconsistent($"{function.Symbol} shares its entry with another function");
            taken[function.EntryOffset / EntrySize] = true;
            if (function.TextOffset % 16 != 0 || function.TextOffset < free)
                throw Inconsistent($"{function.Symbol} is not 16-byte aligned behind the function before it");
            free = (ulong)function.TextOffset + function.Size;
            if (function.Size == 0 || free > text)
                throw Inconsistent($"{function.Symbol} does not lie inside the code");
        }
    }

    private static void CheckPatchPoints(NativePatchImage image)
    {
        ulong free = 0;
        List<PatchFunction> byAddress = [];
        foreach (PatchFunction function in image.Functions)
        {
            if (function.PatchPoint is not null)
                byAddress.Add(function);
        }
        byAddress.Sort(static (one, other) => one.PatchPoint!.Address.CompareTo(other.PatchPoint!.Address));
        foreach (PatchFunction function in byAddress)
        {
            PatchPoint point = function.PatchPoint!;
            ulong size = Math.Max(point.Size, 8);
            if (point.Size == 0 || point.Address % 16 != 0 || point.Address == 0 || point.Address > MaximumAddress - size)
                throw Inconsistent($"the patch point of {function.Symbol} is not the aligned start of a function");
            if (point.Address < free)
                throw Inconsistent($"the patch point of {function.Symbol} overlaps another one");
            free = point.Address + size;
            if (point.Original.IsDefault || (ulong)point.Original.Length < size || (ulong)point.Original.Length > ((size + 7) & ~7UL))
                throw Inconsistent($"the original bytes of {function.Symbol} are not those of its whole body");
        }
    }

    private static void CheckFixups(NativePatchImage image)
    {
        ImageLocation free = default;
        foreach (Fixup fixup in image.Fixups)
        {
            ImageLocation field = fixup.Field;
            if (fixup.Kind is not (FixupKind.Absolute64 or FixupKind.Relative32))
                throw Inconsistent($"the fixup at {Show(field)} has no known kind");
            ReadOnlySpan<byte> bytes = Bytes(image, field.Section);
            uint width = Width(fixup.Kind);
            if ((ulong)field.Offset + width > (ulong)bytes.Length)
                throw Inconsistent($"the fixup at {Show(field)} is outside its section");
            if (field.Section < free.Section || (field.Section == free.Section && field.Offset < free.Offset))
                throw Inconsistent($"the fixup at {Show(field)} is out of order or overlaps the one before it");
            free = new ImageLocation(field.Section, field.Offset + width);
            if (bytes.Slice((int)field.Offset, (int)width).ContainsAnyExcept((byte)0))
                throw Inconsistent($"the field of the fixup at {Show(field)} is not zero");
            if (fixup.Image is { } target && (fixup.BaselineAddress != 0 || !ImageSections.Exists(target.Section) || target.Offset > (uint)Bytes(image, target.Section).Length))
                throw Inconsistent($"the fixup at {Show(field)} has no target inside the image");
            if (fixup.BaselineAddress >= MaximumAddress)
                throw Inconsistent($"the fixup at {Show(field)} has no possible address");
        }
    }

    private static void CheckUnwindSlots(NativePatchImage image)
    {
        uint text = (uint)Bytes(image, ImageSection.Text).Length, unwind = (uint)Bytes(image, ImageSection.Unwind).Length;
        ulong free = 0;
        foreach (UnwindSlot slot in image.UnwindSlots)
        {
            if (slot.TextOffset < free || slot.Length == 0)
                throw Inconsistent($"the unwind slot at code offset 0x{slot.TextOffset:x} is out of order or overlaps the one before it");
            free = (ulong)slot.TextOffset + slot.Length;
            if (free > text)
                throw Inconsistent($"the unwind slot at code offset 0x{slot.TextOffset:x} does not lie inside the code");
            // An FDE is never shorter than its length word and its CIE pointer (LSB 5.0, section 10.6.1.2).
            if ((ulong)slot.UnwindOffset + 8 > unwind)
                throw Inconsistent($"the unwind slot at code offset 0x{slot.TextOffset:x} has no FDE inside the unwind section");
        }
    }

    private static void CheckBaselineNames(NativePatchImage image)
    {
        ulong last = 0;
        foreach (BaselineName name in image.BaselineNames)
        {
            CheckName(name.Name);
            if (name.Address < last || name.Address >= MaximumAddress)
                throw Inconsistent($"the name {name.Name} of a baseline address is out of order");
            last = name.Address;
        }
    }

    /// <summary>Throws where a name is none.</summary>
    public static void CheckName(string name)
    {
        if (!Texts.IsName(name, MaximumNameSize))
            throw Inconsistent("a name is empty, too long or has control characters");
    }

    private static string Show(ImageLocation location) => $"{location.Section}+0x{location.Offset:x}";

    /// <summary>The failure of a rule.</summary>
    public static HotpatchException Inconsistent(string what) => new(ImageDiagnostics.Inconsistent.With(what));
}
