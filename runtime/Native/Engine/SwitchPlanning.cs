using System.Collections.Immutable;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Runtime.Native.Arenas;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Runtime.Native.Switching;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>Which words have to change for a set of bodies to be in force, and how they may be changed.</summary>
internal static class SwitchPlanning
{
    private const uint BaselineWord = JumpWord.Length;

    /// <summary>The words that differ from what is wanted. Entries come first, so that a baseline's jump never leads to an old body.</summary>
    /// <param name="functions">All functions that images replace.</param>
    /// <param name="bodies">Wanted bodies by index of the function; the others go back to the baseline.</param>
    /// <param name="known">Functions from this index on are new: their entries are written along with the image and lead to it already.</param>
    /// <param name="target">The process.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">A baseline's entry holds neither the original word nor our jump.</exception>
    public static ImmutableArray<PendingStore> Plan(
        ImmutableArray<PatchedFunction> functions, Dictionary<int, ulong> bodies, int known, NativeTarget target)
    {
        var entries = ImmutableArray.CreateBuilder<PendingStore>();
        var baselines = new List<PendingStore>();
        for (var i = 0; i < functions.Length; i++)
        {
            var function = functions[i];
            var now = target.Memory.ReadWord(function.Baseline);
            if (now != function.OriginalWord && now != function.PatchedWord)
                throw EngineDiagnostics.ForeignWord.With(target.Name, function.DisplayName).AsException();
            var patched = bodies.TryGetValue(i, out var body);
            if (patched && i < known)
            {
                var entry = target.Memory.ReadWord(function.Entry);
                var wanted = JumpWord.At(function.Entry, body, JumpWord.Padding);
                if (entry != wanted)
                    entries.Add(new PendingStore(i, AtBaseline: false, entry, wanted));
            }
            var word = patched ? function.PatchedWord : function.OriginalWord;
            if (now != word)
                baselines.Add(new PendingStore(i, AtBaseline: true, now, word));
        }
        entries.AddRange(baselines);
        return entries.DrainToImmutable();
    }

    /// <summary>The plan for words: first patches are guarded, everything else needs no guard, because nobody can stand inside a jump or an entry.</summary>
    public static SwitchPlan Guarded(IEnumerable<PendingStore> stores, ImmutableArray<PatchedFunction> functions, TimeSpan patience)
    {
        var words = ImmutableArray.CreateBuilder<WordStore>();
        var guards = ImmutableArray.CreateBuilder<GuardedRange>();
        foreach (var store in stores)
        {
            var function = functions[store.Function];
            words.Add(new WordStore(AddressOf(store, functions), store.Old, store.New));
            if (NeedsGuard(store, functions))
            {
                var size = function.WholeBodyIdle ? Math.Max(function.Size, BaselineWord) : BaselineWord;
                guards.Add(new GuardedRange(function.Baseline + 1, function.Baseline + size, function.DisplayName));
            }
        }
        return new SwitchPlan(words.DrainToImmutable(), guards.DrainToImmutable(), patience);
    }

    /// <summary>
    /// The guarded plan, at a moment when no call is under way in what it takes out of force, where there is one: functions that a fix changes together are
    /// right only together. One function alone has nothing that it must agree with. Where calls under way are not to finish in old code, there has to be such a moment.
    /// </summary>
    public static SwitchPlan Together(ImmutableArray<PendingStore> stores, TargetState state, EngineOptions options)
    {
        var plan = Guarded(stores, state.Functions, options.Patience);
        if (stores.Length <= 1 && options.ActiveCode == ActiveCodePolicy.Finish)
            return plan;
        var resting = ImmutableArray.CreateBuilder<GuardedRange>();
        foreach (var store in stores)
        {
            var function = state.Functions[store.Function];
            // A thread at the first instruction has not begun: the jump that is stored there takes it along.
            if (NeedsGuard(store, state.Functions))
                resting.Add(new GuardedRange(function.Baseline + 1, function.Baseline + Math.Max(function.Size, BaselineWord), function.DisplayName));
        }
        if (state.InForce >= 0)
        {
            var image = state.Images[state.Deltas[state.InForce].Image];
            resting.Add(new GuardedRange(image.CodeStart, image.CodeStart + image.CodeSize, "the delta in force"));
        }
        return plan with
        {
            Active = options.ActiveCode,
            Resting = resting.DrainToImmutable(),
            RestingPatience = options.RestingPatience < options.Patience ? options.RestingPatience : options.Patience,
        };
    }

    /// <summary>True when a store overwrites instructions of the baseline in which a thread may be.</summary>
    public static bool NeedsGuard(PendingStore store, ImmutableArray<PatchedFunction> functions) =>
        store.AtBaseline && store.New != functions[store.Function].OriginalWord;

    /// <summary>Where a store's word stands.</summary>
    public static ulong AddressOf(PendingStore store, ImmutableArray<PatchedFunction> functions) =>
        store.AtBaseline ? functions[store.Function].Baseline : functions[store.Function].Entry;
}
