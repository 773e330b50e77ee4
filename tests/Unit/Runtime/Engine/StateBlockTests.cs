using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Arenas;
using HotpatchBuild.Runtime.Native.Engine;

namespace HotpatchBuild.Tests.Unit.Runtime.Engine;

public sealed class StateBlockTests
{
    private static readonly Act Somebody = new(637_000_000_000_000_000, "ops@höst", 1000, "hotpatch 0.1.0");

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        var process = new FakeTarget();
        var written = Block(process).Write(Full(process));

        var read = Block(process).Read();

        Assert.Equal(written.Generation, read.Generation);
        Assert.Equal(written.Used, read.Used);
        Assert.Equal(written.Functions.AsEnumerable(), read.Functions);
        Assert.Equal(written.Deltas.AsEnumerable(), read.Deltas);
        Assert.Equal(written.History.AsEnumerable(), read.History);
        Assert.Equal(written.InForce, read.InForce);
        Assert.Equal(written.Images.Single().Bodies.AsEnumerable(), read.Images.Single().Bodies);
        Assert.Equal(written.Images.Single().Sha256.AsEnumerable(), read.Images.Single().Sha256);
        Assert.Equal(written.Pending!.Stores.AsEnumerable(), read.Pending!.Stores);
        Assert.Equal(written.Pending.Slots.AsEnumerable(), read.Pending.Slots);
        Assert.Equal(written.Pending.Act, read.Pending.Act);
    }

    [Fact]
    public void AFreshProcessHasNothing()
    {
        var state = Block(new FakeTarget()).Read();
        Assert.Equal((0ul, -1, true), (state.Generation, state.InForce, state.Functions.IsEmpty));
    }

    [Fact]
    public void EveryChangedByteIsEitherHarmlessOrDamage()
    {
        var process = new FakeTarget();
        Block(process).Write(Full(process));
        var (start, size) = (process.Location.DataStart, 4096 + 2 * StateLayout.Capacity(process.Location.DataSize));
        var before = process.Span(start, size).ToArray();
        var used = Array.FindLastIndex(before, value => value != 0) + 64;
        var damaged = 0;
        for (var i = 0; i < used; i++)
        {
            if (i is > StateLayout.HeaderSize and < StateLayout.BuffersOffset)
                continue;
            foreach (var flip in new byte[] { 0x01, 0x80, 0xFF })
            {
                process.Span(start, size)[i] ^= flip;
                damaged += IsDamaged(process) ? 1 : 0;
                process.Span(start, size)[i] ^= flip;
            }
        }
        Assert.True(damaged > 3 * (used - StateLayout.BuffersOffset - 128), $"only {damaged} of the changes were noticed");
    }

    [Fact]
    public void AnyPayloadWithARightChecksumGivesAStateOrDamage()
    {
        // The checksum is no secret: what a process writes there itself must not crash the tool either.
        var random = new Random(20260802);
        var process = new FakeTarget();
        for (var round = 0; round < 4000; round++)
        {
            var block = Block(process);
            block.Write(Full(process));
            var (buffer, length) = ActiveBuffer(process);
            var payload = process.Span(buffer + StateLayout.PayloadOffset, length);
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                payload[random.Next(length)] = (byte)random.Next(256);
            BitConverter.TryWriteBytes(process.Span(buffer + StateLayout.ChecksumOffset, 4), StateLayout.Checksum(payload));
            try
            {
                process.Engine.Status();
                process.Engine.Rollback();
            }
            catch (HotpatchException)
            {
                // A failure with a number is what is asked for.
            }
            catch (Xunit.Sdk.XunitException)
            {
                // The fake's own checks: the repaired words were not what a real process would hold.
            }
            process = new FakeTarget();
        }
    }

    [Fact]
    public void AnOlderLayoutIsNotTouched()
    {
        var process = new FakeTarget();
        process.Engine.Apply(process.Delta(1, [1]));
        process.Span(process.Location.DataStart + StateLayout.VersionOffset, 1)[0] = 1;

        Assert.Equal("HPB4402", Assert.Throws<HotpatchException>(() => process.Engine.Rollback()).Failure.Id);
    }

    [Fact]
    public void ANewerLayoutIsNotTouched()
    {
        var process = new FakeTarget();
        process.Engine.Apply(process.Delta(1, [1]));
        process.Span(process.Location.DataStart + StateLayout.VersionOffset, 1)[0] = (byte)(StateLayout.Version + 1);

        Assert.Equal("HPB4402", Assert.Throws<HotpatchException>(() => process.Engine.Rollback()).Failure.Id);
        Assert.Equal(1, process.Call(1));
    }

    [Fact]
    public void TheOldestHistoryMakesRoom()
    {
        var process = new FakeTarget();
        var block = Block(process);
        var state = Full(process) with { Pending = null };
        var entry = new HistoryEntry(0, Somebody, Somebody, EndReason.Superseded);
        state = state with { History = [.. Enumerable.Repeat(entry, 5000), state.History[^1]] };

        var written = block.Write(state);

        Assert.InRange(written.History.Length, 10, StateLayout.LongestHistory);
        Assert.Equal(EndReason.StillInForce, block.Read().History[^1].Reason);
    }

    [Fact]
    public void RecordsThatDoNotFitAreRefusedBeforeAnythingIsWritten()
    {
        var process = new FakeTarget();
        var state = Full(process);
        var function = state.Functions[0] with { Symbol = new string('x', 60_000) };

        Assert.Equal("HPB4405", Assert.Throws<HotpatchException>(() => Block(process).Write(state with { Functions = [function, function] })).Failure.Id);
        Assert.Equal(0, process.WritesDone);
    }

    [Fact]
    public void ThousandsOfFunctionsAndDeltasFitInTheDefaultArena()
    {
        var process = new FakeTarget();
        var state = Full(process);
        var writer = new StateWriter();
        StateLayout.Describe(writer, state with
        {
            Functions = [.. Enumerable.Repeat(state.Functions[0] with { Symbol = new string('s', 90), DisplayName = new string('d', 60) }, 8192)],
            History = [.. Enumerable.Repeat(state.History[0], StateLayout.LongestHistory)],
        });
        Assert.InRange(writer.Written.Length, 1, StateLayout.Capacity(16 << 20) - StateLayout.PayloadOffset);
    }

    private static StateBlock Block(FakeTarget process) => new(process, process.Target.Regions);

    private static TargetState Full(FakeTarget process)
    {
        var regions = process.Target.Regions;
        var word = BitConverter.ToUInt64(FakeTarget.Original(1));
        return new TargetState
        {
            Generation = 4,
            Used = new ArenaCursors(64, 32, StateLayout.Reserved(regions.Data.Size) + 128, 2),
            Images = [new LoadedImage([.. Enumerable.Range(0, 32).Select(i => (byte)i)], 5, regions.Code.Start, 64, 128, 2, [new LoadedBody(0, regions.Code.Start)], 1)],
            Functions = [new PatchedFunction("f1", "App.F1()", FakeTarget.AddressOf(1), regions.Entries.Start, 32, false, word, 99)],
            Deltas = [new KnownDelta("id", "App", "v1", "aaaa", "v2", "bbbb", 0)],
            History = [new HistoryEntry(0, Somebody, Act.None, EndReason.StillInForce)],
            InForce = 0,
            Pending = new PendingSwitch(-1, Somebody, [new SlotStore(FakeTarget.Bias + 0x8010, 5)], [new PendingStore(0, true, word, word)]),
        };
    }

    private static (ulong Buffer, int Length) ActiveBuffer(FakeTarget process)
    {
        var active = BitConverter.ToUInt64(process.Span(process.Location.DataStart + StateLayout.ActiveOffset, 8));
        var buffer = process.Location.DataStart + StateLayout.BuffersOffset + (active & 1) * (ulong)StateLayout.Capacity(process.Location.DataSize);
        return (buffer, BitConverter.ToInt32(process.Span(buffer + StateLayout.LengthOffset, 4)));
    }

    private static bool IsDamaged(FakeTarget process)
    {
        try
        {
            Block(process).Read();
            return false;
        }
        catch (HotpatchException e) when (e.Failure.Id is "HPB4401" or "HPB4402")
        {
            return true;
        }
    }
}
