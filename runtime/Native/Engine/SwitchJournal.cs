using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Arenas;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Runtime.Native.Switching;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>
/// Carries a switch from its record to its end, and repairs one whose tool was killed. The words themselves say how far it got: before its
/// switch a record changes nothing, behind it only the record's end is missing, and in between the rest is put back or stored.
/// </summary>
internal sealed class SwitchJournal(NativeTarget target, StateBlock block, EngineOptions options)
{
    /// <summary>How far an unfinished switch got.</summary>
    internal enum Progress
    {
        /// <summary>No word was stored.</summary>
        NotBegun,

        /// <summary>Some were.</summary>
        Halfway,

        /// <summary>All were.</summary>
        Stored,
    }

    /// <summary>Records the switch, does it, and records its end. When it fails, the record is taken back.</summary>
    /// <param name="state">The state with the switch pending.</param>
    /// <param name="report">What the switch met; null when no word had to change.</param>
    /// <returns>The state afterwards.</returns>
    public TargetState Run(TargetState state, out SwitchReport? report)
    {
        var recorded = block.Write(state);
        var pending = recorded.Pending!;
        StoreSlots(pending);
        report = null;
        if (!pending.Stores.IsEmpty)
        {
            try
            {
                report = target.Switcher.Execute(SwitchPlanning.Together(pending.Stores, recorded, options));
            }
            catch (HotpatchException)
            {
                TakeBack(recorded);
                throw;
            }
        }
        return block.Write(Finished(recorded));
    }

    /// <summary>Ends a switch that an earlier command left unfinished.</summary>
    /// <param name="state">The state as read.</param>
    /// <returns>The state without a pending switch, and what became of it.</returns>
    public (TargetState State, Repair Repair) Mend(TargetState state)
    {
        if (state.Pending is not { } pending)
            return (state, Repair.None);
        var progress = ProgressOf(state, pending);
        StoreSlots(pending);
        if (progress == Progress.Halfway)
            progress = MendHalfway(state, pending);
        return progress == Progress.Stored
            ? (block.Write(Finished(state)), Repair.Completed)
            : (block.Write(state with { Pending = null }), Repair.Undone);
    }

    /// <summary>How far a switch got.</summary>
    /// <exception cref="HotpatchException">A word is neither the old nor the new one.</exception>
    public Progress ProgressOf(TargetState state, PendingSwitch pending)
    {
        var stored = 0;
        foreach (var store in pending.Stores)
        {
            if (IsStored(store, state))
                stored++;
        }
        return stored == pending.Stores.Length ? Progress.Stored : stored == 0 ? Progress.NotBegun : Progress.Halfway;
    }

    /// <summary>The state in which a pending switch has become history.</summary>
    public static TargetState Finished(TargetState state)
    {
        var pending = state.Pending!;
        var history = state.History;
        if (state.InForce >= 0 && !history.IsEmpty)
        {
            var reason = pending.Delta < 0 ? EndReason.RolledBack : EndReason.Superseded;
            history = history.SetItem(history.Length - 1, history[^1] with { Ended = pending.Act, Reason = reason });
        }
        if (pending.Delta >= 0)
            history = history.Add(new HistoryEntry(pending.Delta, pending.Act, Act.None, EndReason.StillInForce));
        return state with { InForce = pending.Delta, History = history, Pending = null };
    }

    /// <summary>Back, where that needs no guard, because it can never fail; forward otherwise, because what is stored was found safe.</summary>
    private Progress MendHalfway(TargetState state, PendingSwitch pending)
    {
        var back = pending.Stores.Where(store => IsStored(store, state)).Select(store => store with { Old = store.New, New = store.Old }).Reverse().ToImmutableArray();
        if (!back.Any(store => SwitchPlanning.NeedsGuard(store, state.Functions)))
        {
            Switch(back, state);
            return Progress.NotBegun;
        }
        Switch([.. pending.Stores.Where(store => !IsStored(store, state))], state);
        return Progress.Stored;
    }

    private SwitchReport Switch(ImmutableArray<PendingStore> stores, TargetState state) =>
        target.Switcher.Execute(SwitchPlanning.Guarded(stores, state.Functions, options.Patience));

    private void StoreSlots(PendingSwitch pending)
    {
        foreach (var slot in pending.Slots)
            target.Memory.Store(slot.Address, slot.New);
    }

    private bool IsStored(PendingStore store, TargetState state)
    {
        var word = target.Memory.ReadWord(SwitchPlanning.AddressOf(store, state.Functions));
        if (word != store.Old && word != store.New)
            throw EngineDiagnostics.ForeignWord.With(target.Name, state.Functions[store.Function].DisplayName).AsException();
        return word == store.New;
    }

    private void TakeBack(TargetState recorded)
    {
        try
        {
            if (ProgressOf(recorded, recorded.Pending!) == Progress.NotBegun)
                block.Write(recorded with { Pending = null });
        }
        catch (HotpatchException)
        {
            // The process is gone or out of reach, which the failure on its way says already. The record stays pending, and the next command mends it.
        }
    }
}
