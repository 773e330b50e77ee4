using System.Collections.Immutable;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Arenas;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>What is in force, from the words at the entries, next to what the records say.</summary>
internal static class StatusReading
{
    /// <summary>Reads the words and compares.</summary>
    public static TargetStatus Read(TargetState state, NativeTarget target, SwitchJournal journal)
    {
        var (shown, interrupted) = Interruption(state, journal);
        var functions = Functions(shown, target, out var foreign);
        var history = shown.History.Select(entry => InForce(entry, shown)).ToImmutableArray();
        var disagreeing = functions.Where(function => !function.AsRecorded).Select(function => function.DisplayName).ToList();
        var (agreement, explanation) = interrupted is not null ? (foreign is null ? Agreement.Interrupted : Agreement.Disagree, foreign ?? interrupted)
            : foreign is not null ? (Agreement.Disagree, foreign)
            : disagreeing.Count > 0 ? (Agreement.Disagree, $"the entries of {string.Join(", ", disagreeing)} are not as recorded; the next apply or rollback sets them")
            : (Agreement.Agree, (string?)null);
        return new TargetStatus(
            shown.InForce < 0 ? null : history[^1], agreement, explanation, functions, history, shown.Images.Length, Space(shown, target.Regions));
    }

    /// <summary>How much of the arena is used.</summary>
    public static ArenaSpace Space(TargetState state, ArenaRegions arena) => Space(state.Used, arena) with
    {
        Blocks = new SpaceUse((ulong)state.Statics.Count(statics => statics.Cell != 0), state.StaticBlocks),
    };

    private static ArenaSpace Space(ArenaCursors used, ArenaRegions arena) => new(
        new SpaceUse(used.Code, arena.Code.Size),
        new SpaceUse(used.Data, arena.Data.Size),
        new SpaceUse(used.Entries / ArenaNote.EntrySize, arena.Entries.Size / ArenaNote.EntrySize),
        new SpaceUse(used.Slots, arena.Dummies.Size));

    private static (TargetState Shown, string? Interrupted) Interruption(TargetState state, SwitchJournal journal)
    {
        if (state.Pending is not { } pending)
            return (state, null);
        var what = pending.Delta < 0 ? "a rollback" : $"the apply of {state.Deltas[pending.Delta].Id}";
        try
        {
            return journal.ProgressOf(state, pending) switch
            {
                SwitchJournal.Progress.Stored => (SwitchJournal.Finished(state), $"{what} by {pending.Act.By} was interrupted after its switch; the next apply or rollback records it"),
                SwitchJournal.Progress.NotBegun => (state, $"{what} by {pending.Act.By} was interrupted before its switch; the next apply or rollback clears it"),
                _ => (state, $"{what} by {pending.Act.By} was interrupted in its switch; the next apply or rollback repairs it"),
            };
        }
        catch (HotpatchException e)
        {
            return (state, e.Failure.What);
        }
    }

    private static ImmutableArray<FunctionStatus> Functions(TargetState state, NativeTarget target, out string? foreign)
    {
        foreign = null;
        var bodies = state.BodiesOf(state.InForce);
        var functions = ImmutableArray.CreateBuilder<FunctionStatus>(state.Functions.Length);
        for (var i = 0; i < state.Functions.Length; i++)
        {
            var function = state.Functions[i];
            var word = target.Memory.ReadWord(function.Baseline);
            var patched = word == function.PatchedWord;
            var body = patched ? JumpWord.Target(function.Entry, target.Memory.ReadWord(function.Entry)) : function.Baseline;
            if (body is null || (!patched && word != function.OriginalWord))
                foreign = EngineDiagnostics.ForeignWord.With(target.Name, function.DisplayName).What;
            var recorded = bodies.TryGetValue(i, out var wanted) ? wanted : function.Baseline;
            functions.Add(new FunctionStatus(function.Symbol, function.DisplayName, function.Baseline, body ?? 0, patched, body == recorded));
        }
        return functions.MoveToImmutable();
    }

    private static DeltaInForce InForce(HistoryEntry entry, TargetState state)
    {
        var delta = state.Deltas[entry.Delta];
        return new DeltaInForce(
            delta.Id, delta.Program, delta.Baseline, delta.BaselineCommit, delta.Target, delta.TargetCommit, Time(state.Images[delta.Image].LoadedAt),
            Time(entry.Began.At), entry.Began.By, entry.Began.Uid, entry.Began.Tool, entry.Reason == EndReason.StillInForce ? null : Time(entry.Ended.At),
            entry.Reason == EndReason.StillInForce ? null : entry.Ended.By, entry.Reason);
    }

    /// <summary>The process may hold any number; a time that there cannot be is shown as the earliest or the latest.</summary>
    private static DateTimeOffset Time(long ticks) => new(Math.Clamp(ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), TimeSpan.Zero);
}
