using System.Collections.Immutable;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Tests.Unit.Runtime.Tool;

/// <summary>A small delta of real instructions: one changed function that calls a new one, a baseline function, and reads a constant.</summary>
internal static class SampleDelta
{
    public static DeltaFile Create()
    {
        byte[] text =
        [
            0x53,                                     // push rbx
            0xE8, 0, 0, 0, 0,                         // call Added
            0xE8, 0, 0, 0, 0,                         // call Helper
            0x48, 0x8D, 0x3D, 0, 0, 0, 0,             // lea rdi, [rip+data]
            0x74, 0x02,                               // je +2
            0x90, 0x90,                               // nop; nop
            0x5B,                                     // pop rbx
            0xC3,                                     // ret
            0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC, 0xCC,
            0x31, 0xC0, 0xC3,                         // Added: xor eax, eax; ret
        ];
        var image = new NativePatchImage
        {
            BaselineBuildId = [0xAB, 0xCD, 0xEF, 1, 2, 3, 4, 5],
            Sections = new ImageSections
            {
                [ImageSection.Entries] = [.. new byte[32]],
                [ImageSection.Text] = [.. text],
                [ImageSection.Data] = [.. new byte[16]],
                [ImageSection.Unwind] = [.. new byte[32]],
            },
            Functions =
            [
                new PatchFunction("App_Cart__Total", "Cart.Total(int)", 0, 0, 24, new PatchPoint(0x12340, 10, false, [0x53, 0xE8, 0x0A, 0x01, 0, 0, 0x31, 0xC0, 0x5B, 0xC3])),
                new PatchFunction("App_Cart__Check", "Cart.Check(int)", 16, 32, 3, null),
            ],
            Fixups =
            [
                new Fixup(new ImageLocation(ImageSection.Text, 2), FixupKind.Relative32, new ImageLocation(ImageSection.Entries, 16), 0, -4),
                new Fixup(new ImageLocation(ImageSection.Text, 7), FixupKind.Relative32, null, 0x12450, -4),
                new Fixup(new ImageLocation(ImageSection.Text, 14), FixupKind.Relative32, new ImageLocation(ImageSection.Data, 8), 0, -4),
            ],
            UnwindSlots = [new UnwindSlot(0, 24, 0), new UnwindSlot(32, 3, 16)],
            BaselineNames = [new BaselineName(0x12450, "App_Helper")],
        };
        var module = new DeltaModule("App", PatchEngine.Native, Guid.NewGuid(), "abcdef0102030405", "", "",
        [
            new DeltaFunction("App_Cart__Total", "Cart.Total(int)", "src/Cart.cs", 12, 20, false),
            new DeltaFunction("App_Cart__Check", "Cart.Check(int)", "src/Cart.cs", 22, 25, true),
        ]);
        return DeltaFile.Create(
            new DeltaManifest
            {
                FormatVersion = DeltaManifest.CurrentFormatVersion,
                Id = "",
                Program = "App",
                Baseline = new DeltaRevision(new string('a', 40), "v1", false),
                Target = new DeltaRevision(new string('b', 40), "v1.1", true),
                CreatedAt = new DateTimeOffset(2026, 8, 1, 12, 0, 0, TimeSpan.Zero),
                CreatedBy = "HotpatchBuild 0.1.0",
                Advisory = new DeltaAdvisory("A negative quantity went through.", ["CVE-2026-0001"]),
                Modules = [module],
            },
            new Dictionary<string, ImmutableArray<byte>> { ["App"] = NativePatchImageWriter.Write(image) });
    }
}
