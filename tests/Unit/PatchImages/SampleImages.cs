using System.Buffers.Binary;
using System.Collections.Immutable;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Tests.Unit.PatchImages;

/// <summary>Patch images for tests: a small one that disassembles, a realistic one, and any number of random valid ones.</summary>
internal static class SampleImages
{
    public const ulong RoundAddress = 0x0012_3450, HelperAddress = 0x0009_8760;

    public static readonly ImmutableArray<byte> BuildId = [.. Enumerable.Range(1, 20).Select(i => (byte)(i * 11))];

    /// <summary>One changed function that calls the baseline and reads a constant, and one new function that it calls through its entry.</summary>
    public static NativePatchImage Small()
    {
        byte[] text = new byte[48];
        Array.Fill(text, (byte)0xCC);
        byte[] changed =
        [
            0x53,                               // push rbx
            0xE8, 0, 0, 0, 0,                   // call baseline helper
            0x48, 0x8D, 0x05, 0, 0, 0, 0,       // lea rax, [rip+constant]
            0xE8, 0, 0, 0, 0,                   // call entry of the new function
            0x5B,                               // pop rbx
            0xC3,                               // ret
        ];
        changed.CopyTo(text, 0);
        text[32] = 0xC3;
        byte[] entries = new byte[32];
        Array.Fill(entries, (byte)0xCC);
        foreach (int entry in (int[])[0, 16])
        {
            entries[entry] = 0xE9;
            entries.AsSpan(entry + 1, 4).Clear();
        }
        byte[] unwind = new byte[24 + 2 * 24];
        return new NativePatchImage
        {
            BaselineBuildId = BuildId,
            Sections = new ImageSections()
                .With(ImageSection.Entries, [.. entries])
                .With(ImageSection.Text, [.. text])
                .With(ImageSection.ReadOnlyData, [1, 2, 3, 4, 5, 6, 7, 8])
                .With(ImageSection.Data, [.. new byte[16]])
                .With(ImageSection.Unwind, [.. unwind]),
            Functions =
            [
                new PatchFunction("Pricing_Cart__Round", "Pricing.Cart.Round(decimal)", 0, 0, (uint)changed.Length,
                    new PatchPoint(RoundAddress, 12, false, [0x55, 0x48, 0x8B, 0xEC, 0x33, 0xC0, 0x90, 0x90, 0x90, 0x90, 0x5D, 0xC3])),
                new PatchFunction("Pricing_Cart__Check", "Pricing.Cart.Check(int)", 16, 32, 1, null),
            ],
            Fixups =
            [
                new Fixup(new(ImageSection.Entries, 1), FixupKind.Relative32, new(ImageSection.Text, 0), 0, -4),
                new Fixup(new(ImageSection.Entries, 17), FixupKind.Relative32, new(ImageSection.Text, 32), 0, -4),
                new Fixup(new(ImageSection.Text, 2), FixupKind.Relative32, null, HelperAddress, -4),
                new Fixup(new(ImageSection.Text, 9), FixupKind.Relative32, new(ImageSection.ReadOnlyData, 4), 0, -4),
                new Fixup(new(ImageSection.Text, 14), FixupKind.Relative32, new(ImageSection.Entries, 16), 0, -4),
                new Fixup(new(ImageSection.Data, 8), FixupKind.Absolute64, null, HelperAddress, 8),
            ],
            UnwindSlots = [new UnwindSlot(0, (uint)changed.Length, 24), new UnwindSlot(32, 1, 48)],
            BaselineNames = [new BaselineName(HelperAddress, "Pricing_Rules__Helper"), new BaselineName(RoundAddress, "Pricing_Cart__Round")],
        };
    }

    /// <summary>The small one with two types with static fields: one that a later image shares, with a class constructor, and one with initial content.</summary>
    public static NativePatchImage WithStatics()
    {
        NativePatchImage small = Small();
        return small with
        {
            Sections = small.Sections.With(ImageSection.Data, [.. new byte[96]]),
            Fixups =
            [
                .. small.Fixups,
                new Fixup(new(ImageSection.Data, 16), FixupKind.Absolute64, new(ImageSection.Entries, 16), 0, 0),
                new Fixup(new(ImageSection.Data, 64), FixupKind.Absolute64, null, HelperAddress, 0),
                new Fixup(new(ImageSection.Data, 72), FixupKind.Absolute64, new(ImageSection.Data, 8), 0, 0),
            ],
            StaticBlocks = [new StaticBlock(0x20_0000, 0x21_0000, 8), new StaticBlock(0x20_0008, 0x21_0000, 8), new StaticBlock(0x20_0010, 0x21_0100, 32)],
            Statics =
            [
                new StaticStorage("App_Counts", [.. Enumerable.Range(0, 32).Select(i => (byte)i)], new StaticData(16, 16, 0), new StaticReferences(40, 1, null)),
                new StaticStorage("App_Rules", [], null, new StaticReferences(48, 2, 64)),
            ],
        };
    }

    /// <summary>What a one-line fix of a middling function gives: its code is random here, which packs worse than real code.</summary>
    public static NativePatchImage OneLineFix()
    {
        Random random = new(7);
        byte[] Bytes(int size)
        {
            byte[] bytes = new byte[size];
            random.NextBytes(bytes);
            return bytes;
        }
        byte[] text = Bytes(1200);
        List<Fixup> fixups = [new Fixup(new(ImageSection.Entries, 1), FixupKind.Relative32, new(ImageSection.Text, 0), 0, -4)];
        List<BaselineName> names = [];
        for (uint i = 0; i < 80; i++)
        {
            uint offset = 8 + i * 14;
            ulong address = (ulong)random.Next(0x10000, 0x1000000);
            text.AsSpan((int)offset, 4).Clear();
            fixups.Add(new Fixup(new(ImageSection.Text, offset), FixupKind.Relative32, null, address, -4));
            names.Add(new BaselineName(address, $"S_P_CoreLib_System_Collections_Generic_Dictionary_2<System___Canon__Pricing_Rules_Rule{random.Next(1000)}>__Member{i}"));
        }
        byte[] entry = [0xE9, 0, 0, 0, 0, .. Enumerable.Repeat((byte)0xCC, 11)];
        return new NativePatchImage
        {
            BaselineBuildId = BuildId,
            Sections = new ImageSections()
                .With(ImageSection.Entries, [.. entry])
                .With(ImageSection.Text, [.. text])
                .With(ImageSection.ReadOnlyData, [.. Bytes(300)])
                .With(ImageSection.Data, [.. Bytes(200)])
                .With(ImageSection.Unwind, [.. Bytes(120)]),
            Functions = [new PatchFunction("Pricing_Pricing_Cart__Total", "Pricing.Cart.Total(Customer, bool)", 0, 0, 1200, new PatchPoint(0x345670, 1180, false, [.. Bytes(1180)]))],
            Fixups = [.. fixups],
            UnwindSlots = [new UnwindSlot(0, 1200, 32)],
            BaselineNames = [.. names.OrderBy(n => n.Address)],
        };
    }

    /// <summary>A random image that keeps all rules; the same seed gives the same image.</summary>
    public static NativePatchImage Random(int seed)
    {
        Random random = new(seed);
        int count = random.Next(0, 9);
        List<PatchFunction> functions = [];
        uint[] entryOrder = [.. Enumerable.Range(0, count).Select(i => (uint)i * 16)];
        random.Shuffle(entryOrder);
        uint textSize = 0;
        ulong point = 0;
        for (int i = 0; i < count; i++)
        {
            uint size = (uint)random.Next(1, 200);
            PatchPoint? patchPoint = null;
            if (random.Next(3) > 0)
            {
                uint originalSize = (uint)random.Next(1, 100);
                point += (ulong)random.Next(1, 1000) * 16;
                byte[] original = new byte[Math.Max(originalSize, 8)];
                random.NextBytes(original);
                patchPoint = new PatchPoint(point, originalSize, random.Next(2) == 0, [.. original]);
                point += 0x80;
            }
            functions.Add(new PatchFunction($"f{i}_{Name(random)}", Name(random), entryOrder[i], textSize, size, patchPoint));
            textSize = (textSize + size + 15) / 16 * 16;
        }
        Dictionary<ImageSection, byte[]> sections = new()
        {
            [ImageSection.Entries] = new byte[count * 16],
            [ImageSection.Text] = new byte[textSize],
            [ImageSection.ReadOnlyData] = new byte[random.Next(3) == 0 ? 0 : random.Next(1, 5000)],
            [ImageSection.Data] = new byte[random.Next(3) == 0 ? 0 : random.Next(1, 300)],
            [ImageSection.Unwind] = new byte[random.Next(8, 300)],
        };
        List<Fixup> fixups = [];
        foreach ((ImageSection section, byte[] bytes) in sections.OrderBy(s => s.Key))
        {
            random.NextBytes(bytes);
            for (int at = random.Next(40); ; at += random.Next(40))
            {
                FixupKind kind = (FixupKind)random.Next(1, 3);
                int width = kind == FixupKind.Absolute64 ? 8 : 4;
                if (at + width > bytes.Length)
                    break;
                bytes.AsSpan(at, width).Clear();
                ImageSection target = (ImageSection)random.Next(1, 6);
                int addend = random.Next(4) == 0 ? random.Next(int.MinValue, int.MaxValue) : -4;
                fixups.Add(random.Next(2) == 0
                    ? new Fixup(new(section, (uint)at), kind, new(target, (uint)random.Next(sections[target].Length + 1)), 0, addend)
                    : new Fixup(new(section, (uint)at), kind, null, (ulong)random.NextInt64(1L << random.Next(1, 48)), addend));
                at += width;
            }
        }
        return new NativePatchImage
        {
            BaselineBuildId = [.. Enumerable.Range(0, random.Next(1, 33)).Select(_ => (byte)random.Next(256))],
            Sections = sections.Aggregate(new ImageSections(), (all, s) => all.With(s.Key, [.. s.Value])),
            Functions = [.. functions],
            Fixups = [.. fixups],
            UnwindSlots = [.. functions.Where(_ => random.Next(4) > 0).Select(f => new UnwindSlot(f.TextOffset, f.Size, (uint)random.Next(sections[ImageSection.Unwind].Length - 7)))],
            BaselineNames = [.. Enumerable.Range(0, random.Next(6)).Select(_ => new BaselineName((ulong)random.NextInt64(1L << random.Next(1, 48)), Name(random))).OrderBy(n => n.Address)],
        };
    }

    /// <summary>Replaces bytes of a section.</summary>
    public static NativePatchImage With(this NativePatchImage image, ImageSection section, int offset, params byte[] bytes)
    {
        byte[] changed = [.. image.Sections[section]];
        bytes.CopyTo(changed, offset);
        return image with { Sections = image.Sections.With(section, [.. changed]) };
    }

    public static int RelativeAt(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadInt32LittleEndian(bytes[offset..]);

    private static string Name(Random random)
    {
        const string Letters = "abcXYZ_019<>.,`()äß漢€";
        return string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => Letters[random.Next(Letters.Length)]));
    }
}
