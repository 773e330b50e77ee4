using HotpatchBuild.Runtime.Native.Arenas;
using HotpatchBuild.Runtime.Native.Engine;

namespace HotpatchBuild.Tests.Unit.Runtime.Engine;

/// <summary>The tool is killed behind each of its writes; the next command must end wholly old or wholly new.</summary>
public sealed class InterruptionTests
{
    private static readonly int[] Baseline = new int[8];
    private static readonly int[] First = [0, 1, 1, 1, 0, 0, 0, 0];
    private static readonly int[] Second = [0, 0, 2, 2, 2, 0, 0, 0];

    public enum Command
    {
        FirstApply,
        Supersede,
        Rollback,
        Reapply,
    }

    [Theory]
    [InlineData(Command.FirstApply)]
    [InlineData(Command.Supersede)]
    [InlineData(Command.Rollback)]
    [InlineData(Command.Reapply)]
    public void TheNextApplyEndsNew(Command command) => AtEveryWrite(command, process =>
    {
        process.Engine.Apply(process.Delta(2, [2, 3, 4], added: 1));
        Assert.Equal(Second, process.CallAll());
        AssertAgree(process, 2);
    });

    [Theory]
    [InlineData(Command.FirstApply)]
    [InlineData(Command.Supersede)]
    [InlineData(Command.Rollback)]
    [InlineData(Command.Reapply)]
    public void TheNextRollbackEndsAtTheBaseline(Command command) => AtEveryWrite(command, process =>
    {
        process.Engine.Rollback();
        Assert.Equal(Baseline, process.CallAll());
        AssertAgree(process, null);
    });

    [Theory]
    [InlineData(Command.FirstApply)]
    [InlineData(Command.Supersede)]
    [InlineData(Command.Rollback)]
    [InlineData(Command.Reapply)]
    public void ARefusedApplyEndsWhollyOldOrWhollyNew(Command command) => AtEveryWrite(command, process =>
    {
        var refused = process.Delta(9, [5], point: point => point with { Address = 0x1_0004 });
        Assert.Equal("HPB4504", Assert.Throws<Formats.Diagnostics.HotpatchException>(() => process.Engine.Apply(refused)).Failure.Id);
        var now = process.CallAll();
        var (old, @new) = OldAndNew(command);
        Assert.True(now.SequenceEqual(old) || now.SequenceEqual(@new), $"half of it: {string.Join(' ', now)}");
        AssertAgree(process, now.SequenceEqual(Baseline) ? null : now.SequenceEqual(First) ? 1 : 2);
    });

    [Theory]
    [InlineData(Command.FirstApply)]
    [InlineData(Command.Supersede)]
    [InlineData(Command.Rollback)]
    [InlineData(Command.Reapply)]
    public void StatusReportsWithoutRepairing(Command command)
    {
        var seen = new HashSet<Agreement>();
        AtEveryWrite(command, process =>
        {
            var (words, writes) = (process.CallAll(), process.WritesDone);
            var status = process.Engine.Status();
            seen.Add(status.Agreement);
            Assert.NotEqual(Agreement.Disagree, status.Agreement);
            Assert.Equal(status.Agreement == Agreement.Agree, status.Explanation is null);
            Assert.Equal(writes, process.WritesDone);
            Assert.Equal(words, process.CallAll());
            var (old, @new) = OldAndNew(command);
            if (status.Agreement == Agreement.Agree)
                Assert.True(words.SequenceEqual(old) || words.SequenceEqual(@new));
        });
        Assert.Equal([Agreement.Agree, Agreement.Interrupted], seen.Order());
    }

    [Fact]
    public void ARepairThatIsKilledTooIsRepaired()
    {
        for (var first = 0; ; first++)
        {
            for (var second = 0; ; second++)
            {
                var process = Prepared(Command.Supersede);
                if (!Killed(process, Command.Supersede, first))
                    return;
                process.WritesLeft = second;
                var killedAgain = Kills(() => process.Engine.Rollback());
                process.WritesLeft = null;
                process.Engine.Apply(process.Delta(3, [1, 4]));
                Assert.Equal([0, 3, 0, 0, 3, 0, 0, 0], process.CallAll());
                AssertAgree(process, 3);
                if (!killedAgain)
                    break;
            }
        }
    }

    private static void AtEveryWrite(Command command, Action<FakeTarget> then)
    {
        for (var writes = 0; ; writes++)
        {
            var process = Prepared(command);
            var killed = Killed(process, command, writes);
            process.AssertUnwindTableSorted();
            then(process);
            process.AssertUnwindTableSorted();
            if (!killed)
            {
                Assert.True(writes > 4, "the command was never interrupted");
                return;
            }
        }
    }

    private static FakeTarget Prepared(Command command)
    {
        var process = new FakeTarget();
        if (command is Command.Supersede or Command.Rollback or Command.Reapply)
            process.Engine.Apply(process.Delta(1, [1, 2, 3], added: 1));
        if (command == Command.Reapply)
            process.Engine.Rollback();
        return process;
    }

    private static bool Killed(FakeTarget process, Command command, int writes)
    {
        process.WritesLeft = writes;
        var killed = Kills(() =>
        {
            switch (command)
            {
                case Command.Supersede:
                    process.Engine.Apply(process.Delta(2, [2, 3, 4], added: 1));
                    break;
                case Command.Rollback:
                    process.Engine.Rollback();
                    break;
                default:
                    process.Engine.Apply(process.Delta(1, [1, 2, 3], added: 1));
                    break;
            }
        });
        process.WritesLeft = null;
        return killed;
    }

    private static bool Kills(Action command)
    {
        try
        {
            command();
            return false;
        }
        catch (KilledException)
        {
            return true;
        }
    }

    private static (int[] Old, int[] New) OldAndNew(Command command) => command switch
    {
        Command.Supersede => (First, Second),
        Command.Rollback => (First, Baseline),
        _ => (Baseline, First),
    };

    private static void AssertAgree(FakeTarget process, int? version)
    {
        var status = process.Engine.Status();
        Assert.Equal((Agreement.Agree, null), (status.Agreement, status.Explanation));
        Assert.Equal(version is null ? null : $"{version:x2}".PadLeft(32, '0'), status.InForce?.Id);
    }
}
