using System.Buffers.Binary;
using System.Collections.Immutable;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Runtime.Native.Arenas;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>Fills in the addresses of an image whose place is known.</summary>
internal static class Relocation
{
    /// <summary>The bytes of one section, ready to be written.</summary>
    /// <param name="Address">Where they go.</param>
    /// <param name="Bytes">The bytes.</param>
    public readonly record struct PlacedSection(ulong Address, byte[] Bytes);

    /// <summary>All sections with their fixups done and their entries leading to their bodies.</summary>
    /// <exception cref="Formats.Diagnostics.HotpatchException">A field or a target lies outside, or a distance is too long for its field.</exception>
    public static ImmutableArray<PlacedSection> Apply(NativePatchImage image, Placement place, StaticsPlan statics, NativeTarget target)
    {
        var sections = new byte[(int)ImageSection.Unwind + 1][];
        for (var section = ImageSection.Entries; section <= ImageSection.Unwind; section++)
            sections[(int)section] = [.. image.Sections[section]];
        foreach (var fixup in image.Fixups)
            Fix(fixup, sections, place, statics, target);
        foreach (var function in image.Functions)
            WriteEntry(function, sections, place);
        statics.FillCells(sections[(int)ImageSection.Data]);
        var placed = ImmutableArray.CreateBuilder<PlacedSection>(sections.Length);
        for (var section = ImageSection.Entries; section <= ImageSection.Unwind; section++)
        {
            if (sections[(int)section] is { Length: > 0 } bytes)
                placed.Add(new PlacedSection(place.Of(section), bytes));
        }
        return placed.DrainToImmutable();
    }

    private static void Fix(Fixup fixup, byte[]?[] sections, Placement place, StaticsPlan statics, NativeTarget target)
    {
        var size = fixup.Kind switch
        {
            FixupKind.Absolute64 => sizeof(ulong),
            FixupKind.Relative32 => sizeof(int),
            _ => throw EngineDiagnostics.BadImage.With($"it has a fixup of kind {(int)fixup.Kind}").AsException(),
        };
        var address = place.Of(fixup.Field);
        if (sections[(int)fixup.Field.Section] is not { } bytes || fixup.Field.Offset > bytes.Length - size)
            throw EngineDiagnostics.BadImage.With($"a fixup lies outside {fixup.Field.Section}").AsException();
        var field = bytes.AsSpan((int)fixup.Field.Offset, size);
        var symbol = fixup.Image is { } inside ? Inside(inside, sections, place, statics) : InBaseline(fixup.BaselineAddress, target);
        if (fixup.Kind == FixupKind.Absolute64)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(field, unchecked(symbol + (ulong)(long)fixup.Addend));
            return;
        }
        var distance = unchecked((long)(symbol + (ulong)(long)fixup.Addend - address));
        if (distance is < int.MinValue or > int.MaxValue)
            throw EngineDiagnostics.OutOfReach.With(fixup.Field.Section, fixup.Field.Offset).AsException();
        BinaryPrimitives.WriteInt32LittleEndian(field, (int)distance);
    }

    private static ulong Inside(ImageLocation location, byte[]?[] sections, Placement place, StaticsPlan statics)
    {
        var address = place.Of(location);
        // One behind the last byte is an end label.
        if (location.Offset > (uint)(sections[(int)location.Section]?.Length ?? 0))
            throw EngineDiagnostics.BadImage.With($"a fixup's target lies outside {location.Section}").AsException();
        if (location.Section == ImageSection.Data && statics.Moved(location.Offset) is { } moved)
            return moved;
        return address;
    }

    private static ulong InBaseline(ulong linkTime, NativeTarget target)
    {
        var address = unchecked(linkTime + target.LoadBias);
        if (!target.Module.Holds(address, 0))
            throw EngineDiagnostics.BadImage.With($"a fixup's target 0x{linkTime:x} lies outside the program").AsException();
        return address;
    }

    private static void WriteEntry(PatchFunction function, byte[]?[] sections, Placement place)
    {
        var entries = sections[(int)ImageSection.Entries];
        var text = sections[(int)ImageSection.Text];
        if (entries is null || function.EntryOffset % ArenaNote.EntrySize != 0 || function.EntryOffset > entries.Length - ArenaNote.EntrySize)
            throw EngineDiagnostics.BadImage.With($"the entry of {function.DisplayName} lies outside").AsException();
        if (text is null || function.TextOffset % 16 != 0 || function.TextOffset >= text.Length || function.Size > text.Length - function.TextOffset)
            throw EngineDiagnostics.BadImage.With($"the body of {function.DisplayName} lies outside").AsException();
        var (entry, body) = (place.Entries + function.EntryOffset, place.Text + function.TextOffset);
        if (!JumpWord.Reaches(entry, body))
            throw EngineDiagnostics.OutOfReach.With(ImageSection.Entries, function.EntryOffset).AsException();
        JumpWord.WriteEntry(entries.AsSpan((int)function.EntryOffset, ArenaNote.EntrySize), entry, body);
    }
}
