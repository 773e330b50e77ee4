namespace HotpatchBuild.Runtime.Native.Arenas;

/// <summary>Every index and address in a state block leads somewhere, so that the engine can follow them without a look.</summary>
internal static class StateConsistency
{
    /// <summary>Checks it.</summary>
    /// <exception cref="StateDamagedException">One does not.</exception>
    public static void Check(TargetState state, ArenaRegions arena)
    {
        Cursors(state.Used, arena);
        foreach (var function in state.Functions)
            Need(function.Baseline % 8 == 0 && arena.Entries.Holds(function.Entry, 16) && function.Entry % 8 == 0
                && JumpWord.Reaches(function.Baseline, function.Entry), "a function's address");
        foreach (var image in state.Images)
            foreach (var body in image.Bodies)
                Need(Index(body.Function, state.Functions.Length) && arena.Code.Holds(body.Address, 1), "a body's address");
        Statics(state, arena);
        foreach (var delta in state.Deltas)
            Need(Index(delta.Image, state.Images.Length), "a delta's image");
        foreach (var entry in state.History)
            Need(Index(entry.Delta, state.Deltas.Length) && entry.Reason <= EndReason.Superseded, "the history");
        Need(state.InForce == -1 || state.History is [.., { Reason: EndReason.StillInForce } last] && last.Delta == state.InForce, "the delta in force");
        if (state.Pending is { } pending)
            Pending(pending, state);
    }

    private static void Cursors(ArenaCursors used, ArenaRegions arena) => Need(
        used.Code <= arena.Code.Size && used.Entries <= arena.Entries.Size && used.Slots <= arena.Dummies.Size
        && used.Data <= arena.Data.Size && used.Data >= StateLayout.Reserved(arena.Data.Size), "how far the arena is used");

    private static void Statics(TargetState state, ArenaRegions arena)
    {
        var cells = new HashSet<ulong>();
        foreach (var statics in state.Statics)
        {
            Need(statics.Data == 0 || arena.Data.Holds(statics.Data, statics.DataSize), "a type's static fields");
            Need(statics.Context == 0 || statics.Context % 8 == 0 && statics.Data != 0 && statics.Context >= statics.Data
                && statics.Context - statics.Data + 8 <= statics.DataSize, "a class constructor's context");
            Need(statics.Cell == 0 || statics.Cell % 8 == 0 && statics.Words > 0 && cells.Add(statics.Cell), "a type's static references");
        }
    }

    private static void Pending(PendingSwitch pending, TargetState state)
    {
        Need(pending.Delta == -1 || Index(pending.Delta, state.Deltas.Length), "the delta of the unfinished switch");
        foreach (var store in pending.Stores)
            Need(Index(store.Function, state.Functions.Length), "a function of the unfinished switch");
        foreach (var slot in pending.Slots)
            Need(slot.Address % 8 == 0, "an unwind slot of the unfinished switch");
    }

    private static bool Index(int index, int count) => (uint)index < (uint)count;

    private static void Need(bool holds, string what)
    {
        if (!holds)
            throw new StateDamagedException($"{what} leads nowhere");
    }
}
