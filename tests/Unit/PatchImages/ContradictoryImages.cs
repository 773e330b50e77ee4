using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Tests.Unit.PatchImages;

/// <summary>Each rule of an image, broken on its own. The reader checks the same rules, but no writer makes such files.</summary>
public class ContradictoryImages
{
    private static readonly NativePatchImage Good = SampleImages.Small();
    private static readonly PatchFunction Changed = Good.Functions[0], Added = Good.Functions[1];

    private static readonly NativePatchImage Statics = SampleImages.WithStatics();
    private static readonly StaticStorage References = Statics.Statics[1];

    public static TheoryData<string, NativePatchImage> Cases => new()
    {
        { "build-id", Good with { BaselineBuildId = [] } },
        { "build-id", Good with { BaselineBuildId = [.. new byte[65]] } },
        { "stands twice", Function(1, Added with { Symbol = Changed.Symbol }) },
        { "not one of the image's entries", Function(1, Added with { EntryOffset = 8 }) },
        { "not one of the image's entries", Function(1, Added with { EntryOffset = 32 }) },
        { "not one of the image's entries", Function(1, Added with { EntryOffset = 0xFFFFFFF0 }) },
        { "shares its entry", Function(1, Added with { EntryOffset = 0 }) },
        { "not 16-byte aligned", Function(1, Added with { TextOffset = 33 }) },
        { "not 16-byte aligned", Function(1, Added with { TextOffset = 16 }) },
        { "inside the code", Function(1, Added with { Size = 17 }) },
        { "inside the code", Function(1, Added with { Size = uint.MaxValue }) },
        { "inside the code", Function(1, Added with { Size = 0 }) },
        { "a name is", Function(1, Added with { Symbol = "" }) },
        { "a name is", Function(1, Added with { DisplayName = "clear\u001b[2J" }) },
        { "a name is", Function(1, Added with { DisplayName = "half \ud800" }) },
        { "a name is", Function(1, Added with { DisplayName = new string('x', 0x10000) }) },
        { "aligned start of a function", Point(Changed.PatchPoint! with { Address = 0x1008 }) },
        { "aligned start of a function", Point(Changed.PatchPoint! with { Address = 0 }) },
        { "aligned start of a function", Point(Changed.PatchPoint! with { Address = 0xFFFF_FFFF_FFFF_FFF0 }) },
        { "aligned start of a function", Point(Changed.PatchPoint! with { Size = 0 }) },
        { "original bytes", Point(Changed.PatchPoint! with { Size = 13 }) },
        { "original bytes", Point(Changed.PatchPoint! with { Size = 3, Original = [1, 2, 3] }) },
        { "original bytes", Point(Changed.PatchPoint! with { Size = 8 }) },
        { "overlaps another one", Function(1, Added with { PatchPoint = Changed.PatchPoint }) },
        { "no known kind", Fix(0, Good.Fixups[0] with { Kind = (FixupKind)3 }) },
        { "outside its section", Fix(5, Good.Fixups[5] with { Field = new(ImageSection.Data, 9) }) },
        { "outside its section", Fix(5, Good.Fixups[5] with { Field = new(ImageSection.Data, uint.MaxValue) }) },
        { "outside its section", Fix(5, Good.Fixups[5] with { Field = new((ImageSection)7, 0) }) },
        { "out of order or overlaps", Fix(1, Good.Fixups[1] with { Field = new(ImageSection.Entries, 4) }) },
        { "out of order or overlaps", Fix(1, Good.Fixups[5]) },
        { "is not zero", Good.With(ImageSection.Text, 2, 1) },
        { "no target inside", Fix(0, Good.Fixups[0] with { Image = new(ImageSection.Text, 49) }) },
        { "no target inside", Fix(0, Good.Fixups[0] with { Image = new((ImageSection)0, 0) }) },
        { "no target inside", Fix(0, Good.Fixups[0] with { BaselineAddress = 16 }) },
        { "no possible address", Fix(5, Good.Fixups[5] with { BaselineAddress = 1UL << 47 }) },
        { "out of order or overlaps", Good with { UnwindSlots = [.. Good.UnwindSlots.Reverse()] } },
        { "out of order or overlaps", Good with { UnwindSlots = [new UnwindSlot(0, 33, 24), new UnwindSlot(32, 1, 48)] } },
        { "out of order or overlaps", Good with { UnwindSlots = [new UnwindSlot(0, 0, 24)] } },
        { "inside the code", Good with { UnwindSlots = [new UnwindSlot(0, uint.MaxValue, 24)] } },
        { "no FDE", Good with { UnwindSlots = [new UnwindSlot(0, 1, 65)] } },
        { "out of order", Good with { BaselineNames = [.. Good.BaselineNames.Reverse()] } },
        { "out of order", Good with { BaselineNames = [new BaselineName(ulong.MaxValue, "x")] } },
        { "out of order or has no possible address", Block(new StaticBlock(0x20_0000, 0x21_0000, 8)) },
        { "out of order or has no possible address", Block(new StaticBlock(0x20_0004, 0x21_0000, 8)) },
        { "out of order or has no possible address", Block(new StaticBlock(1UL << 47, 0x21_0000, 8)) },
        { "no possible MethodTable", Block(new StaticBlock(0x20_0100, 0, 8)) },
        { "no possible MethodTable", Block(new StaticBlock(0x20_0100, 0x21_0004, 8)) },
        { "words", Block(new StaticBlock(0x20_0100, 0x21_0000, 0)) },
        { "words", Block(new StaticBlock(0x20_0100, 0x21_0000, 4097)) },
        { "out of order", Statics with { Statics = [.. Statics.Statics.Reverse()] } },
        { "out of order", Statics with { Statics = [Statics.Statics[0], Statics.Statics[0]] } },
        { "not a SHA-256", Storage(Statics.Statics[1] with { Layout = [1, 2] }) },
        { "no static fields", Storage(Statics.Statics[1] with { References = null }) },
        { "inside the data", Storage(Statics.Statics[1] with { Data = new StaticData(90, 6, null) }) },
        { "inside the data", Storage(Statics.Statics[1] with { Data = new StaticData(uint.MaxValue, uint.MaxValue, null) }) },
        { "in front of its static fields", Storage(Statics.Statics[1] with { Data = new StaticData(80, 8, 1) }) },
        { "overlap", Storage(Statics.Statics[1] with { Data = new StaticData(32, 4, null) }) },
        { "overlap", Storage(References with { References = new StaticReferences(40, 2, 64) }) },
        { "inside the data", Storage(References with { References = new StaticReferences(52, 2, 64) }) },
        { "inside the data", Storage(References with { References = new StaticReferences(96, 2, 64) }) },
        { "is not empty", Storage(References with { References = new StaticReferences(64, 2, null) }) },
        { "is not empty", Storage(References with { References = new StaticReferences(8, 2, null) }) },
        { "no block has as many", Storage(References with { References = new StaticReferences(48, 33, null) }) },
        { "no block has as many", Storage(References with { References = new StaticReferences(48, 0, null) }) },
        { "initial content", Storage(References with { References = new StaticReferences(48, 2, 88) }) },
        { "not made of references", Statics.With(ImageSection.Data, 80, 1) with { Statics = [Statics.Statics[0], References with { References = new StaticReferences(48, 3, 64) }] } },
    };

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Are_refused(string because, NativePatchImage image)
    {
        Failure failure = Assert.Throws<HotpatchException>(() => NativePatchImageWriter.Write(image)).Failure;
        Assert.Equal(ImageDiagnostics.Inconsistent.Id, failure.Id);
        Assert.Contains(because, failure.What);
    }

    private static NativePatchImage Block(StaticBlock block) => Statics with { StaticBlocks = [.. Statics.StaticBlocks, block] };

    private static NativePatchImage Storage(StaticStorage storage) => Statics with { Statics = [Statics.Statics[0], storage] };

    private static NativePatchImage Function(int index, PatchFunction function) => Good with { Functions = Good.Functions.SetItem(index, function) };

    private static NativePatchImage Point(PatchPoint point) => Function(0, Changed with { PatchPoint = point });

    private static NativePatchImage Fix(int index, Fixup fixup) => Good with { Fixups = Good.Fixups.SetItem(index, fixup) };
}
