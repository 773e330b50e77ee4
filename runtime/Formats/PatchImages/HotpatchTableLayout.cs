using System.Collections.Immutable;
using System.Security.Cryptography;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.PatchImages;

/// <summary>
/// The binary layout of a patch image's table section. This is the only place that knows it: one description, which
/// <see cref="TableWriter"/> writes and <see cref="TableReader"/> reads.
/// </summary>
/// <remarks>
/// Each method takes a value and returns it. The writer writes what it is given; the reader ignores what it is given
/// and returns what it read. Numbers are little-endian base-128 (LEB128, DWARF 5 section 7.6) in their shortest form, signed ones zigzag;
/// what is sorted is stored as the distance to the row before, so that most rows of a small image take 5 to 10 bytes.
/// <code>
/// table      "HPBT"  version  build-id (length, bytes)  functions  fixups  unwind slots  baseline names  static blocks  statics
/// a list     count, rows
/// function   symbol  display name  entry offset  text offset (distance)  size  flags (1 patch point, 2 whole body idle)
///            and with a patch point:  address  size  original (length, bytes)  SHA-256 of original (32 bytes)
/// fixup      tag byte (bits 0–2 section of the field, bits 3–4 kind, bits 5–7 section of the target, 0 for the baseline)
///            field offset (distance in its section)  target offset or baseline address  addend (signed)
/// slot       text offset (distance)  length  unwind offset
/// name       address (distance)  name
/// block      cell address (distance)  MethodTable address  words
/// statics    symbol  layout (length, 0 or 32 bytes)  flags (1 data, 2 context, 4 references, 8 initial content)
///            and with data:  offset  size  context;  with references:  cell  words  initial content
/// </code>
/// </remarks>
internal static class HotpatchTableLayout
{
    /// <summary>PE section of the table. Section names have eight bytes, so the last letter of ".hotpatch" is cut, as in ".eh_fram".</summary>
    public const string SectionName = ".hotpatc";

    /// <summary>Table version written and read.</summary>
    public const uint Version = 2;

    private const int DigestSize = 32;
    private const byte HasPatchPoint = 1, WholeBodyIdle = 2;
    private const byte HasData = 1, HasContext = 2, HasReferences = 4, HasInitial = 8;

    private static readonly ImmutableArray<byte> Magic = [.. "HPBT"u8];
    private static readonly PatchPoint NoPatchPoint = new(0, 0, false, []);
    private static readonly PatchFunction NoFunction = new("", "", 0, 0, 0, null);
    private static readonly StaticStorage NoStatics = new("", [], null, null);

    /// <summary>Passes a whole table through, all but the sections' bytes.</summary>
    public static NativePatchImage Table(ITableTransfer t, NativePatchImage image)
    {
        if (!t.Bytes(Magic, Magic.Length).SequenceEqual(Magic))
            throw t.Damaged("it does not start with the table's magic number");
        ulong version = t.Number(Version);
        if (version != Version)
            throw new HotpatchException(ImageDiagnostics.UnknownVersion.With(version, Version));
        return image with
        {
            BaselineBuildId = t.SizedBytes(image.BaselineBuildId, NativePatchImageRules.MaximumBuildIdSize),
            Functions = t.List(image.Functions, NoFunction, 8, Function),
            Fixups = t.List(image.Fixups, default, 4, Fixup),
            UnwindSlots = t.List(image.UnwindSlots, default, 3, UnwindSlot),
            BaselineNames = t.List(image.BaselineNames, default, 3, BaselineName),
            StaticBlocks = t.List(image.StaticBlocks, default, 3, StaticBlock),
            Statics = t.List(image.Statics, NoStatics, 5, Statics),
        };
    }

    private static PatchFunction Function(ITableTransfer t, PatchFunction before, PatchFunction function)
    {
        PatchFunction passed = new(
            t.Text(function.Symbol, NativePatchImageRules.MaximumNameSize),
            t.Text(function.DisplayName, NativePatchImageRules.MaximumNameSize),
            t.Number32(function.EntryOffset),
            t.Distance32(before.TextOffset, function.TextOffset),
            t.Number32(function.Size),
            null);
        byte flags = t.Byte((byte)((function.PatchPoint is null ? 0 : HasPatchPoint) | (function.PatchPoint is { WholeBodyIdle: true } ? WholeBodyIdle : 0)));
        return flags switch
        {
            0 => passed,
            HasPatchPoint or (HasPatchPoint | WholeBodyIdle) => passed with { PatchPoint = PatchPoint(t, passed.Symbol, function.PatchPoint ?? NoPatchPoint, (flags & WholeBodyIdle) != 0) },
            _ => throw t.Damaged("a function has unknown flags"),
        };
    }

    private static PatchPoint PatchPoint(ITableTransfer t, string symbol, PatchPoint point, bool wholeBodyIdle)
    {
        PatchPoint passed = new(
            t.Number(point.Address),
            t.Number32(point.Size),
            wholeBodyIdle,
            t.SizedBytes(point.Original, NativePatchImageRules.MaximumSize));
        ImmutableArray<byte> digest = [.. SHA256.HashData(passed.Original.AsSpan())];
        if (!t.Bytes(digest, DigestSize).SequenceEqual(digest))
            throw new HotpatchException(ImageDiagnostics.OriginalHashDiffers.With(symbol));
        return passed;
    }

    private static Fixup Fixup(ITableTransfer t, Fixup before, Fixup fixup)
    {
        byte tag = t.Byte((byte)((byte)fixup.Field.Section | ((byte)fixup.Kind << 3) | ((byte)(fixup.Image?.Section ?? 0) << 5)));
        ImageSection section = (ImageSection)(tag & 7), target = (ImageSection)(tag >> 5);
        uint last = section == before.Field.Section ? before.Field.Offset : 0;
        ImageLocation field = new(section, t.Distance32(last, fixup.Field.Offset));
        FixupKind kind = (FixupKind)((tag >> 3) & 3);
        return target == 0
            ? new Fixup(field, kind, null, t.Number(fixup.BaselineAddress), t.Signed32(fixup.Addend))
            : new Fixup(field, kind, new ImageLocation(target, t.Number32(fixup.Image.GetValueOrDefault().Offset)), 0, t.Signed32(fixup.Addend));
    }

    private static UnwindSlot UnwindSlot(ITableTransfer t, UnwindSlot before, UnwindSlot slot) => new(
        t.Distance32(before.TextOffset, slot.TextOffset),
        t.Number32(slot.Length),
        t.Number32(slot.UnwindOffset));

    private static BaselineName BaselineName(ITableTransfer t, BaselineName before, BaselineName name) => new(
        t.Distance(before.Address, name.Address),
        t.Text(name.Name, NativePatchImageRules.MaximumNameSize));

    private static StaticBlock StaticBlock(ITableTransfer t, StaticBlock before, StaticBlock block) => new(
        t.Distance(before.Cell, block.Cell),
        t.Number(block.MethodTable),
        t.Number32(block.Words));

    private static StaticStorage Statics(ITableTransfer t, StaticStorage before, StaticStorage statics)
    {
        string symbol = t.Text(statics.Symbol, NativePatchImageRules.MaximumNameSize);
        ImmutableArray<byte> layout = t.SizedBytes(statics.Layout, DigestSize);
        int flags = t.Byte((byte)((statics.Data is { } d ? HasData | (d.Context is null ? 0 : HasContext) : 0) | (statics.References is { } r ? HasReferences | (r.Initial is null ? 0 : HasInitial) : 0)));
        if ((flags & ~(HasData | HasContext | HasReferences | HasInitial)) != 0 || (flags & (HasData | HasContext)) == HasContext || (flags & (HasReferences | HasInitial)) == HasInitial)
            throw t.Damaged("static fields have unknown flags");
        StaticData data = statics.Data.GetValueOrDefault();
        StaticReferences references = statics.References.GetValueOrDefault();
        return new StaticStorage(
            symbol,
            layout,
            (flags & HasData) == 0 ? null : new StaticData(t.Number32(data.Offset), t.Number32(data.Size), (flags & HasContext) == 0 ? null : t.Number32(data.Context.GetValueOrDefault())),
            (flags & HasReferences) == 0 ? null : new StaticReferences(
                t.Number32(references.Cell), t.Number32(references.Words), (flags & HasInitial) == 0 ? null : t.Number32(references.Initial.GetValueOrDefault())));
    }
}
