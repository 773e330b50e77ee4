using System.Buffers.Binary;
using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Runtime.Native.Arenas;
using HotpatchBuild.Runtime.Native.Engine;

namespace HotpatchBuild.Tests.Unit.Runtime.Engine;

/// <summary>Static fields of new types: which storage they get, and what a later delta finds.</summary>
public sealed class StaticsTests
{
    private const int Blocks = 3;
    private const uint Data = 0, Context = 0, Cell = 32, Initial = 40, UseOfData = 64, UseOfCell = 72, DataSize = 96;

    private static readonly ImmutableArray<byte> Layout = [.. Enumerable.Repeat((byte)7, 32)];

    private readonly FakeTarget _process = new();

    public StaticsTests() => _process.MakeBlocks(Blocks);

    [Fact]
    public void TheCellLeadsToAFreeBlockThatHoldsWhatItHoldsAtFirst()
    {
        ChangeReport report = _process.Engine.Apply(Delta(1, []));

        ulong data = DataOf(report);
        Assert.Equal(FakeTarget.Bias + FakeTarget.BlockOf(0), Word(data + Cell));
        Assert.Equal(data + UseOfData, Word(FakeTarget.Bias + FakeTarget.BlockOf(0) + 8));
        Assert.Equal(0ul, Word(FakeTarget.Bias + FakeTarget.BlockOf(0) + 16));
        Assert.Equal((1ul, (ulong)Blocks), (report.Space.Blocks.Used, report.Space.Blocks.Size));
        Assert.Equal(report.Space.Blocks, _process.Engine.Status().Space.Blocks);
    }

    [Fact]
    public void EachImageHasItsOwnWhereTheyAreNotShared()
    {
        _process.Engine.Apply(Delta(1, []));
        ChangeReport report = _process.Engine.Apply(Delta(2, []));
        Assert.Equal(FakeTarget.Bias + FakeTarget.BlockOf(1), Word(DataOf(report) + Cell));
        Assert.Equal(2ul, report.Space.Blocks.Used);
    }

    [Fact]
    public void TheSameImageAgainTakesNothingAndKeepsItsValues()
    {
        ulong data = DataOf(_process.Engine.Apply(Delta(1, [])));
        Store(FakeTarget.Bias + FakeTarget.BlockOf(0) + 8, 4711);
        _process.Engine.Rollback();
        ChangeReport report = _process.Engine.Apply(Delta(1, []));
        Assert.True(report.ImageReused);
        Assert.Equal((1ul, 4711ul), (report.Space.Blocks.Used, Word(FakeTarget.Bias + FakeTarget.BlockOf(0) + 8)));
        Assert.Equal(FakeTarget.Bias + FakeTarget.BlockOf(0), Word(data + Cell));
    }

    [Fact]
    public void ALaterImageFindsTheFieldsOfTheSameLayoutOnceTheirConstructorHasRun()
    {
        ulong first = DataOf(_process.Engine.Apply(Delta(1, Layout)));
        Store(first + Context, 0);
        Store(FakeTarget.Bias + FakeTarget.BlockOf(0) + 8, 4711);

        ChangeReport report = _process.Engine.Apply(Delta(2, Layout));

        ulong second = DataOf(report);
        Assert.NotEqual(first, second);
        Assert.Equal(FakeTarget.Bias + FakeTarget.BlockOf(0), Word(second + Cell));
        Assert.Equal(4711ul, Word(FakeTarget.Bias + FakeTarget.BlockOf(0) + 8));
        Assert.Equal(first + 8, Word(second + UseOfData));
        Assert.Equal(second + Cell, Word(second + UseOfCell));
        Assert.Equal(1ul, report.Space.Blocks.Used);
    }

    [Fact]
    public void ALaterImageStartsAnewWhereTheConstructorHasNotRunOrTheLayoutDiffers()
    {
        ulong first = DataOf(_process.Engine.Apply(Delta(1, Layout)));
        ulong second = DataOf(_process.Engine.Apply(Delta(2, Layout)));
        Assert.Equal(FakeTarget.Bias + FakeTarget.BlockOf(1), Word(second + Cell));
        Assert.Equal(second + 8, Word(second + UseOfData));
        Store(first + Context, 0);
        Store(second + Context, 0);
        ulong third = DataOf(_process.Engine.Apply(Delta(3, Layout.SetItem(0, 8))));
        Assert.Equal(FakeTarget.Bias + FakeTarget.BlockOf(2), Word(third + Cell));
    }

    [Fact]
    public void WithoutAFreeBlockNothingChanges()
    {
        for (byte version = 1; version <= Blocks; version++)
            _process.Engine.Apply(Delta(version, []));
        int writes = _process.WritesDone;
        Assert.Equal("HPB4410", Assert.Throws<HotpatchException>(() => _process.Engine.Apply(Delta(9, []))).Failure.Id);
        Assert.Equal((writes, 3), (_process.WritesDone, _process.Call(1)));
    }

    [Fact]
    public void ABlockThatSomethingIsInIsNotTaken()
    {
        Store(FakeTarget.Bias + FakeTarget.BlockOf(0) + 8 * FakeTarget.BlockWords, 1);
        Assert.Equal(FakeTarget.Bias + FakeTarget.BlockOf(1), Word(DataOf(_process.Engine.Apply(Delta(1, []))) + Cell));
    }

    [Theory]
    [InlineData(0, false, 0ul)]
    [InlineData(0, false, 0x8000_0000_0000ul)]
    [InlineData(0, false, FakeTarget.Bias + 0xD_0001)]
    [InlineData(0, true, 0ul)]
    [InlineData(0, true, FakeTarget.Bias + FakeTarget.BlockType + 8)]
    public void WhatIsNoBlockIsNotWrittenTo(int block, bool inObject, ulong value)
    {
        Store(FakeTarget.Bias + (inObject ? FakeTarget.BlockOf(block) : FakeTarget.CellOf(block)), value);
        int writes = _process.WritesDone;
        Assert.Equal("HPB4411", Assert.Throws<HotpatchException>(() => _process.Engine.Apply(Delta(1, []))).Failure.Id);
        Assert.Equal((writes, 0), (_process.WritesDone, _process.Call(1)));
    }

    [Fact]
    public void ABlockOutsideTheProgramIsRefused()
    {
        NativeDelta delta = Delta(1, []);
        NativePatchImage image = delta.Image with { StaticBlocks = [new StaticBlock(0x1000_0000, FakeTarget.BlockType, FakeTarget.BlockWords)] };
        Assert.Equal("HPB4505", Assert.Throws<HotpatchException>(() => _process.Engine.Apply(delta with { Image = image })).Failure.Id);
    }

    [Fact]
    public void ACheckTakesNoBlock()
    {
        Assert.Equal(1ul, _process.Engine.Check(Delta(1, [])).Space.Blocks.Used);
        Assert.Equal(0ul, Word(FakeTarget.Bias + FakeTarget.BlockOf(0) + 8));
        Assert.Equal(0ul, _process.Engine.Status().Space.Blocks.Used);
    }

    [Fact]
    public void KilledAtAnyWriteTheNextApplyEndsWithABlockOfItsOwn()
    {
        for (int writes = 0; ; writes++)
        {
            var process = new FakeTarget();
            process.MakeBlocks(Blocks);
            process.WritesLeft = writes;
            bool killed = false;
            try
            {
                process.Engine.Apply(Delta(1, [], process));
            }
            catch (KilledException)
            {
                killed = true;
            }
            process.WritesLeft = null;
            process.Engine.Apply(Delta(1, [], process));
            TargetStatus status = process.Engine.Status();
            Assert.Equal((1, 1ul, Agreement.Agree), (process.Call(1), status.Space.Blocks.Used, status.Agreement));
            if (!killed)
                return;
        }
    }

    /// <summary>A delta with one type: a constructor's context and a number, one reference with initial content, and words that refer to both.</summary>
    private NativeDelta Delta(byte version, ImmutableArray<byte> layout, FakeTarget? process = null)
    {
        NativeDelta delta = (process ?? _process).Delta(version, [1], data: (int)DataSize);
        ImageLocation At(uint offset) => new(ImageSection.Data, offset);
        Fixup[] fixups =
        [
            new Fixup(At(Context), FixupKind.Absolute64, new ImageLocation(ImageSection.Entries, 0), 0, 0),
            new Fixup(At(Initial), FixupKind.Absolute64, At(UseOfData), 0, 0),
            new Fixup(At(UseOfData), FixupKind.Absolute64, At(Data + 8), 0, 0),
            new Fixup(At(UseOfCell), FixupKind.Absolute64, At(Cell), 0, 0),
        ];
        NativePatchImage image = delta.Image with
        {
            Fixups = [.. fixups, .. delta.Image.Fixups],
            StaticBlocks = [.. Enumerable.Range(0, Blocks).Select(i => new StaticBlock(FakeTarget.CellOf(i), FakeTarget.BlockType, FakeTarget.BlockWords))],
            Statics = [new StaticStorage("App_Counts", layout, new StaticData(Data, 16, Context), new StaticReferences(Cell, 2, Initial))],
        };
        NativePatchImageWriter.Write(image);
        return delta with { Image = image };
    }

    // The data lies behind the (empty) read-only data, in front of 16 bytes of unwind information.
    private ulong DataOf(ChangeReport report)
    {
        ulong unwind = (report.Space.Data.Used - 16) / 64 * 64;
        return FakeTarget.Bias + _process.Location.DataStart + unwind - 128;
    }

    private ulong Word(ulong address) => BinaryPrimitives.ReadUInt64LittleEndian(_process.Span(address - FakeTarget.Bias, 8));

    private void Store(ulong address, ulong word) => BinaryPrimitives.WriteUInt64LittleEndian(_process.Span(address - FakeTarget.Bias, 8), word);
}
