using System.Buffers.Binary;
using System.Collections.Immutable;
using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Native.Linking;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Formats.PatchImages;
using Iced.Intel;

namespace HotpatchBuild.Tests.Unit.Native;

/// <summary>What the linker makes of a patch with try/catch, lambdas, literals, generics, interface calls and thread-local variables.</summary>
public class PatchLinkerTests
{
    private const int Int3 = 0xCC;

    private static readonly Lazy<(NativeBaseline Baseline, NativePatchImage Image)> Made = new(() =>
    {
        NativeBaseline baseline = NativeDelta.Record(EditedObjects.Compile([]));
        return (baseline, Image(baseline));
    });

    private static NativePatchImage Linked => Made.Value.Image;

    [Fact]
    public void Survives_the_file()
    {
        ImmutableArray<byte> file = NativePatchImageWriter.Write(Linked);
        NativePatchImage read = NativePatchImageReader.Read(file.AsMemory());
        Assert.Equal(Linked.Functions.Select(f => (f.Symbol, f.EntryOffset, f.TextOffset, f.Size)), read.Functions.Select(f => (f.Symbol, f.EntryOffset, f.TextOffset, f.Size)));
        Assert.Equal(Linked.Fixups.AsEnumerable(), read.Fixups);
        Assert.Equal(file.AsEnumerable(), NativePatchImageWriter.Write(read));
    }

    [Fact]
    public void Equal_inputs_give_equal_bytes() =>
        Assert.Equal(NativePatchImageWriter.Write(Linked).AsEnumerable(), NativePatchImageWriter.Write(Image(Made.Value.Baseline)));

    [Fact]
    public void Every_entry_jumps_to_its_body_and_every_body_has_room_in_front()
    {
        byte[] entries = [.. Linked.Sections[ImageSection.Entries]], text = [.. Linked.Sections[ImageSection.Text]];
        foreach (PatchFunction function in Linked.Functions)
        {
            Assert.Equal(0u, function.EntryOffset % 16);
            Assert.Equal(0xE9, entries[function.EntryOffset]);
            Assert.All(entries[(int)(function.EntryOffset + 5)..(int)(function.EntryOffset + 16)], b => Assert.Equal(Int3, b));
            Fixup jump = Assert.Single(Linked.Fixups, f => f.Field == new ImageLocation(ImageSection.Entries, function.EntryOffset + 1));
            Assert.Equal((FixupKind.Relative32, new ImageLocation(ImageSection.Text, function.TextOffset), -4), (jump.Kind, jump.Image!.Value, jump.Addend));
            Assert.Equal(0u, function.TextOffset % 16);
            Assert.True(function.TextOffset >= 16, "padding");
            Assert.All(text[(int)(function.TextOffset - 16)..(int)function.TextOffset], b => Assert.Equal(Int3, b));
        }
    }

    [Fact]
    public void Every_fixup_in_code_fills_an_operand()
    {
        byte[] text = [.. Linked.Sections[ImageSection.Text]];
        HashSet<uint> filled = [.. Linked.Fixups.Where(f => f.Field.Section == ImageSection.Text).Select(f => f.Field.Offset)];
        int seen = 0;
        foreach (PatchFunction function in Linked.Functions)
        {
            var decoder = Decoder.Create(64, new ByteArrayCodeReader(text, (int)function.TextOffset, (int)function.Size));
            decoder.IP = function.TextOffset;
            while (decoder.IP < function.TextOffset + function.Size)
            {
                decoder.Decode(out Instruction instruction);
                Assert.False(instruction.IsInvalid, function.Symbol);
                ConstantOffsets offsets = decoder.GetConstantOffsets(instruction);
                foreach (int at in new[] { offsets.HasDisplacement ? offsets.DisplacementOffset : -1, offsets.HasImmediate ? offsets.ImmediateOffset : -1 })
                    seen += at >= 0 && filled.Contains((uint)instruction.IP + (uint)at) ? 1 : 0;
                // What leaves the body has been filled in; what stays inside has not.
                if (instruction.FlowControl == FlowControl.Call && instruction.Op0Kind == OpKind.NearBranch64)
                    Assert.Contains((uint)instruction.IP + (uint)offsets.ImmediateOffset, filled);
            }
        }
        Assert.Equal(filled.Count, seen);
        Assert.True(seen > 20, $"{seen} references");
    }

    [Fact]
    public void Frames_cover_each_function_and_lead_to_its_data()
    {
        byte[] unwind = [.. Linked.Sections[ImageSection.Unwind]];
        foreach (PatchFunction function in Linked.Functions)
        {
            UnwindSlot[] slots = [.. Linked.UnwindSlots.Where(s => s.TextOffset >= function.TextOffset && s.TextOffset < function.TextOffset + function.Size)];
            Assert.Equal(function.Size, slots.Sum(s => s.Length));
            foreach (UnwindSlot slot in slots)
            {
                Span<byte> record = unwind.AsSpan((int)slot.UnwindOffset);
                uint cie = slot.UnwindOffset + FrameLayout.IdOffset - BinaryPrimitives.ReadUInt32LittleEndian(record[FrameLayout.IdOffset..]);
                Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(unwind.AsSpan((int)cie + FrameLayout.IdOffset)));
                Assert.Equal(slot.Length, BinaryPrimitives.ReadUInt32LittleEndian(record[FrameLayout.LengthOffset..]));
                Fixup start = Assert.Single(Linked.Fixups, f => f.Field == new ImageLocation(ImageSection.Unwind, slot.UnwindOffset + FrameLayout.StartOffset));
                Assert.Equal(slot.TextOffset, start.Image!.Value.Offset + (uint)start.Addend);
                Fixup lsda = Assert.Single(Linked.Fixups, f => f.Field == new ImageLocation(ImageSection.Unwind, slot.UnwindOffset + FrameLayout.LsdaOffset));
                Assert.Equal(ImageSection.ReadOnlyData, lsda.Image!.Value.Section);
            }
        }
        Assert.True(Linked.UnwindSlots.Length > Linked.Functions.Length, "funclets");
    }

    [Fact]
    public void Originals_are_the_baselines_code()
    {
        Assert.Contains(Linked.Functions, f => f.PatchPoint is null);
        foreach (PatchPoint point in Linked.Functions.Where(f => f.PatchPoint is not null).Select(f => f.PatchPoint!))
        {
            byte[] code = new byte[point.Original.Length];
            HotpatchBuild.Formats.Elf.ElfFile.Read(Made.Value.Baseline.Build.Executable, "App").ReadAt(point.Address, code);
            Assert.Equal(code, point.Original.AsEnumerable());
            Assert.Equal((point.Size + 7) / 8 * 8, (uint)point.Original.Length);
        }
    }

    [Theory]
    [InlineData("66488d3d00000000666648e800000000", true)]
    [InlineData("66488d3d00000000664866e800000000", true)]
    [InlineData("66488d3d0000000066486690e8000000", false)]
    [InlineData("48488d3d00000000666648e800000000", false)]
    public void Thread_local_access_becomes_one_of_an_executable(string sequence, bool known)
    {
        byte[] code = [0x90, .. Convert.FromHexString(sequence), 0x90];
        Assert.Equal(known, ThreadLocalAccess.TryRewrite(code, 1 + ThreadLocalAccess.FieldOffset, -0x40));
        Assert.Equal(known ? "64488b042500000000488d80c0ffffff" : sequence, Convert.ToHexStringLower(code.AsSpan(1, 16)));
        Assert.Equal((0x90, 0x90), (code[0], code[^1]));
    }

    [Fact]
    public void Thread_local_access_cut_off_is_not_rewritten() =>
        Assert.False(ThreadLocalAccess.TryRewrite(Convert.FromHexString("66488d3d00000000666648e8000000"), ThreadLocalAccess.FieldOffset, 0));

    private static NativePatchImage Image(NativeBaseline baseline)
    {
        NativeDeltaResult result = NativeDelta.Make(baseline, EditedObjects.Compile(
        [
            ("=> ++Count;", "{ try { return checked(++Count); } catch (OverflowException) { return Count = Fallback(\"a literal\"); } }\n    private static int Fallback(string s) => s.Length > Environment.CurrentManagedThreadId ? throw new ArgumentException(s) : 7;"),
            ("(n * 2) + by;", "(n * 3) + by;"),
            ("return named.Name +", "return named.Name + ((IShape)new Square(n)).Area +"),
        ]));
        return result.Image ?? throw new InvalidOperationException(string.Join('\n', result.Refusals));
    }
}
