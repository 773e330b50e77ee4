using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Arenas;
using HotpatchBuild.Runtime.Native.Engine;
using HotpatchBuild.Runtime.Native.Switching;

namespace HotpatchBuild.Tests.Unit.Runtime.Engine;

public sealed class NativeEngineTests
{
    private readonly FakeTarget _process = new();

    [Fact]
    public void ApplyPutsEveryFunctionInForceAndLeavesTheOthers()
    {
        var report = _process.Engine.Apply(_process.Delta(1, [1, 3], added: 1));

        Assert.Equal([0, 1, 0, 1, 0, 0, 0, 0], _process.CallAll());
        Assert.Equal(2, report.Functions.Count(function => function.Change == FunctionChange.Patched));
        Assert.Equal((1, 3ul), (report.Added, report.Space.Slots.Used));
        Assert.False(report.AlreadyThere);
        Assert.Equal(2, _process.Plans.Single().Guards.Length);
        _process.AssertUnwindTableSorted();
        AssertInForce(1);
    }

    [Fact]
    public void TheSameDeltaAgainIsInForceAlreadyAndWritesNothing()
    {
        _process.Engine.Apply(_process.Delta(1, [1]));
        var writes = _process.WritesDone;

        var report = _process.Engine.Apply(_process.Delta(1, [1]));

        Assert.True(report.AlreadyThere);
        Assert.Equal(writes, _process.WritesDone);
    }

    [Fact]
    public void SupersedingOneFunctionIsOneStoreWithoutAStop()
    {
        _process.Engine.Apply(_process.Delta(1, [2]));

        var report = _process.Engine.Apply(_process.Delta(2, [2]));

        Assert.Equal(2, _process.Call(2));
        Assert.True(_process.Plans[^1].NeedsNoStop);
        Assert.Equal(FunctionChange.Superseded, Assert.Single(report.Functions).Change);
        AssertInForce(2);
    }

    [Fact]
    public void SupersedingWithOtherFunctionsRevertsWhatTheNewerDeltaLacks()
    {
        _process.Engine.Apply(_process.Delta(1, [1, 2, 3]));

        var report = _process.Engine.Apply(_process.Delta(2, [3, 4]));

        Assert.Equal([0, 0, 0, 2, 2, 0, 0, 0], _process.CallAll());
        Assert.Equal("App.F4()", Assert.Single(_process.Plans[^1].Guards).Function);
        Assert.Equal(
            [("App.F1()", FunctionChange.Reverted), ("App.F2()", FunctionChange.Reverted), ("App.F3()", FunctionChange.Superseded), ("App.F4()", FunctionChange.Patched)],
            report.Functions.Select(function => (function.DisplayName, function.Change)));
        AssertInForce(2);
        Assert.Equal(EndReason.Superseded, _process.Engine.Status().History[0].Reason);
    }

    [Fact]
    public void RollbackPutsTheBaselineBackWithoutAGuard()
    {
        _process.Engine.Apply(_process.Delta(1, [1, 2]));

        _process.Engine.Rollback();

        Assert.Equal(new int[8], _process.CallAll());
        Assert.Empty(_process.Plans[^1].Guards);
        for (var i = 0; i < FakeTarget.BaselineFunctions; i++)
            Assert.Equal(FakeTarget.Original(i), _process.Span(FakeTarget.FirstFunction + (ulong)(i * FakeTarget.BodySize), FakeTarget.BodySize).ToArray());
        var status = _process.Engine.Status();
        Assert.Null(status.InForce);
        Assert.Equal((Agreement.Agree, EndReason.RolledBack), (status.Agreement, status.History.Single().Reason));
        Assert.True(_process.Engine.Rollback().AlreadyThere);
    }

    [Fact]
    public void ApplyingALoadedDeltaAfterRollbackTakesNoSpace()
    {
        _process.Engine.Apply(_process.Delta(1, [1, 2]));
        _process.Engine.Apply(_process.Delta(2, [2, 3]));
        _process.Engine.Rollback();
        var before = _process.Engine.Status().Space;

        var report = _process.Engine.Apply(_process.Delta(1, [1, 2]));

        Assert.Equal([0, 1, 1, 0, 0, 0, 0, 0], _process.CallAll());
        Assert.True(report.ImageReused);
        Assert.Equal(before, report.Space);
        AssertInForce(1);
    }

    [Fact]
    public void HundredsOfCyclesKeepTheRecordsInTheirRoom()
    {
        for (var i = 0; i < 1200; i++)
        {
            _process.Engine.Apply(_process.Delta((byte)(1 + i % 3), [1, 2, 3]));
            if (i % 5 == 0)
                _process.Engine.Rollback();
        }

        Assert.Equal(3, _process.Call(1));
        AssertInForce(3);
        Assert.True(_process.Engine.Status().History.Length < 1000);
    }

    [Theory]
    [InlineData(0x8000)]
    [InlineData(0x8004)]
    public void UnwindSlotsStayInOrderWhateverTheTablesAlignment(ulong table)
    {
        var process = new FakeTarget(unwindTable: table);
        for (byte version = 1; version <= 5; version++)
            process.Engine.Apply(process.Delta(version, [1, 2, 3]));
        Assert.Equal(5, process.Call(3));
        process.AssertUnwindTableSorted();
    }

    [Theory]
    [InlineData("code space", 64, 0x40u, 64 * 16, 0)]
    [InlineData("room for entries", 64, 0x4000u, 16, 0)]
    [InlineData("unwind table", 1, 0x4000u, 64 * 16, 0)]
    [InlineData("data space", 64, 0x4000u, 64 * 16, 0x4_0000)]
    public void AFullArenaSaysWhatIsFullAndNothingIsWritten(string what, uint slots, uint code, int entries, int data)
    {
        var process = new FakeTarget(slots, code, (ulong)entries);

        var failure = Assert.Throws<HotpatchException>(() => process.Engine.Apply(process.Delta(1, [1, 2, 3], data: data))).Failure;

        Assert.Equal(("HPB4406", ExitCode.Refused), (failure.Id, failure.ExitCode));
        Assert.Contains(what, failure.What);
        Assert.Contains("are left", failure.What);
        Assert.Contains("Restart", failure.WhatToDo);
        Assert.Equal(0, process.WritesDone);
    }

    [Fact]
    public void AnArenaThatBecomesFullKeepsWhatIsInForce()
    {
        var process = new FakeTarget(slots: 5);
        process.Engine.Apply(process.Delta(1, [1, 2]));
        process.Engine.Apply(process.Delta(2, [1, 2]));

        Assert.Equal("HPB4406", Assert.Throws<HotpatchException>(() => process.Engine.Apply(process.Delta(3, [1, 2]))).Failure.Id);
        Assert.Equal(2, process.Call(1));
        process.Engine.Apply(process.Delta(1, [1, 2]));
        Assert.Equal(1, process.Call(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(20)]
    public void ChangedOriginalBytesAreRefused(int offset)
    {
        _process.Span(FakeTarget.FirstFunction + 2 * FakeTarget.BodySize, FakeTarget.BodySize)[offset] ^= 1;

        var failure = Assert.Throws<HotpatchException>(() => _process.Engine.Apply(_process.Delta(1, [1, 2]))).Failure;

        Assert.Equal("HPB4503", failure.Id);
        Assert.Contains($"offset {offset}", failure.What);
        Assert.Contains("App.F2()", failure.What);
        Assert.Equal(0, _process.WritesDone);
    }

    [Fact]
    public void BytesBehindOurOwnJumpAreCheckedToo()
    {
        _process.Engine.Apply(_process.Delta(1, [2]));
        _process.Span(FakeTarget.FirstFunction + 2 * FakeTarget.BodySize, FakeTarget.BodySize)[6] ^= 1;

        Assert.Equal("HPB4503", Assert.Throws<HotpatchException>(() => _process.Engine.Apply(_process.Delta(2, [2]))).Failure.Id);
        Assert.Equal(Agreement.Disagree, _process.Engine.Status().Agreement);
        Assert.Equal("HPB4507", Assert.Throws<HotpatchException>(() => _process.Engine.Rollback()).Failure.Id);
    }

    [Fact]
    public void AnotherBuildIsRefused()
    {
        var failure = Assert.Throws<HotpatchException>(() => _process.Engine.Apply(_process.Delta(1, [1], buildId: [9, 9, 9]))).Failure;

        Assert.Equal(("HPB4501", ExitCode.Refused), (failure.Id, failure.ExitCode));
        Assert.Contains("090909", failure.What);
        Assert.Contains("010203040506", failure.What);
        Assert.Equal(0, _process.WritesDone);
    }

    [Fact]
    public void APatchPointOutsideTheProgramIsRefused()
    {
        foreach (var address in new ulong[] { 0xFFFF_FFFF_FFFF_FFF0, 0x10_0000, 0x1_0004, ulong.MaxValue - FakeTarget.Bias })
        {
            var delta = _process.Delta(1, [1], point: point => point with { Address = address });
            Assert.Equal("HPB4504", Assert.Throws<HotpatchException>(() => _process.Engine.Apply(delta)).Failure.Id);
        }
    }

    [Fact]
    public void TheSamePatchPointTwiceIsRefused() =>
        Assert.Equal("HPB4509", Assert.Throws<HotpatchException>(() => _process.Engine.Apply(_process.Delta(1, [1, 1]))).Failure.Id);

    [Fact]
    public void WithoutASafeMomentNothingIsInForceAndTheNextApplyReusesTheImage()
    {
        _process.NeverSafe = true;
        var failure = Assert.Throws<HotpatchException>(() => _process.Engine.Apply(_process.Delta(1, [1, 2]))).Failure;
        Assert.Equal(ExitCode.NoSafeMoment, failure.ExitCode);
        Assert.Equal(new int[8], _process.CallAll());
        var status = _process.Engine.Status();
        Assert.Equal((null, Agreement.Agree, 1), (status.InForce, status.Agreement, status.ImagesLoaded));

        _process.NeverSafe = false;
        Assert.True(_process.Engine.Apply(_process.Delta(1, [1, 2])).ImageReused);
        Assert.Equal(1, _process.Call(1));
    }

    [Fact]
    public void CallsUnderWayAreLookedForAsTheOptionsSay()
    {
        _process.Engine.Apply(_process.Delta(1, [1]));
        Assert.Equal((ActiveCodePolicy.Finish, 0), (_process.Plans[^1].Active, _process.Plans[^1].Resting.Length));

        var engine = new NativeEngine(_process.Target, _process.Options with { ActiveCode = ActiveCodePolicy.Refuse });
        engine.Apply(_process.Delta(2, [1]));
        // One word at an entry, and all the same a stop: the body in force has to be idle.
        Assert.Equal((ActiveCodePolicy.Refuse, 1, false), (_process.Plans[^1].Active, _process.Plans[^1].Resting.Length, _process.Plans[^1].NeedsNoStop));
        engine.Apply(_process.Delta(3, [1, 2]));
        Assert.Equal(2, _process.Plans[^1].Resting.Length);
        engine.Rollback();
        Assert.Equal("the delta in force", Assert.Single(_process.Plans[^1].Resting).Function);
    }

    [Fact]
    public void CheckNamesCallsThatAreUnderWay()
    {
        _process.Engine.Apply(_process.Delta(1, [1]));
        _process.Active = [new ActiveCall("the delta in force", 4711, "worker"), new ActiveCall("elsewhere", 4712, "worker")];
        Assert.Equal(4711, Assert.Single(_process.Engine.Check(_process.Delta(2, [2])).Active).ThreadId);
    }

    [Fact]
    public void CheckSaysWhatApplyWouldDoAndWritesNothing()
    {
        _process.Engine.Apply(_process.Delta(1, [1, 2]));
        var writes = _process.WritesDone;

        var report = _process.Engine.Check(_process.Delta(2, [2, 3], added: 2));

        Assert.Equal(writes, _process.WritesDone);
        Assert.Equal([0, 1, 1, 0, 0, 0, 0, 0], _process.CallAll());
        Assert.Equal(
            [FunctionChange.Reverted, FunctionChange.Superseded, FunctionChange.Patched], report.Functions.Select(function => function.Change));
        Assert.Equal((6ul, null), (report.Space.Slots.Used, report.Switch));
        Assert.Equal("HPB4501", Assert.Throws<HotpatchException>(() => _process.Engine.Check(_process.Delta(3, [1], buildId: [9]))).Failure.Id);
    }

    [Fact]
    public void WholeBodyIsGuardedWhereABranchLeadsIntoTheWindow()
    {
        _process.Engine.Apply(_process.Delta(1, [1], point: point => point with { WholeBodyIdle = true }));

        var guard = Assert.Single(_process.Plans.Single().Guards);
        Assert.Equal((FakeTarget.AddressOf(1) + 1, FakeTarget.AddressOf(1) + FakeTarget.BodySize), (guard.Start, guard.End));
    }

    [Fact]
    public void ASecondCommandAtTheSameTimeIsKeptOut()
    {
        using (_process.Target.Lock())
            Assert.Equal("HPB4508", Assert.Throws<HotpatchException>(() => _process.Engine.Apply(_process.Delta(1, [1]))).Failure.Id);
        _process.Engine.Apply(_process.Delta(1, [1]));
        Assert.Equal(1, _process.Call(1));
    }

    [Fact]
    public void StatusSaysWhoWhenAndWhat()
    {
        _process.Engine.Apply(_process.Delta(7, [1]));

        var status = _process.Engine.Status();

        Assert.Equal(("App", "v1", "v1+7", "ops@host", 1000u, "hotpatch test"),
            (status.InForce!.Program, status.InForce.Baseline, status.InForce.Target, status.InForce.By, status.InForce.Uid, status.InForce.Tool));
        Assert.InRange(status.InForce.Since, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
        Assert.Equal(("App.F1()", true, true), status.Functions.Select(function => (function.DisplayName, function.Patched, function.AsRecorded)).Single());
    }

    private void AssertInForce(byte version)
    {
        var status = _process.Engine.Status();
        Assert.Equal($"{version:x2}".PadLeft(32, '0'), status.InForce?.Id);
        Assert.Equal((Agreement.Agree, null), (status.Agreement, status.Explanation));
    }
}
