using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using HotpatchBuild.Agent.Interop;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Switching;

/// <summary>
/// Calls that are under way in code that a step takes out of force. A frame of such code counts, of an async method or iterator that goes on in it at the moment, and of a method
/// that has it inlined. What waits in a state machine is an object among others and not on any stack.
/// </summary>
/// <remarks>
/// Looking and setting the gate is one step: a native thread does both while the runtime is suspended. It can't ask then whether a frame is of a method's new or old code,
/// because that takes a lock of the runtime which a suspended thread may hold (CodeVersionManager::LockHolder in proftoeeinterfaceimpl.cpp). So what is asked is whether its address is one that was
/// found to be harmless earlier; code never moves. An address that was not seen before costs another look.
/// </remarks>
/// <param name="changes">The methods, and what they do before and after the step.</param>
/// <param name="holders">Every method that new code was put into, and what for.</param>
internal sealed class ActiveCode(
    IEnumerable<(PatchedMethod Method, Holder? Closed, Holder? Open)> changes, IReadOnlyDictionary<MethodKey, (PatchedMethod Method, Holder Holder)> holders)
{
    private const int ShortestPause = 1, LongestPause = 50; // milliseconds
    private const int MostNames = 16;

    /// <summary>How long a refusing step tries to see a moment whose every frame is known, when no frame that is known is in the way.</summary>
    private static readonly TimeSpan Unsettled = TimeSpan.FromSeconds(2);

    private readonly List<(PatchedMethod Method, Holder? Closed, Holder? Open)> changes = [.. changes];
    private readonly SortedSet<nint> harmless = [];

    /// <summary>Says what is under way.</summary>
    /// <exception cref="AgentException">The runtime does not stop.</exception>
    internal StaleReport Look()
    {
        var look = Take(new Watched(changes, holders), 0, 0);
        return new StaleReport(look.Found, look.Microseconds);
    }

    /// <summary>Fails when anything is under way.</summary>
    /// <exception cref="AgentException">It is, or that can't be found out.</exception>
    internal void RequireNone()
    {
        if (Look() is { Stale: { Count: > 0 } found })
            throw new AgentException(AgentError.ActiveCode, Describe(found));
    }

    /// <summary>Sets a gate at a moment at which nothing is under way.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="value">Its new value.</param>
    /// <param name="choice">Whether and how long to wait for such a moment.</param>
    /// <returns>For how many microseconds the runtime was suspended.</returns>
    /// <exception cref="AgentException">There was none; the gate is as it was.</exception>
    internal double Store(nint gate, uint value, ActiveCodeChoice choice)
    {
        var watched = new Watched(changes, holders);
        long begin = Stopwatch.GetTimestamp();
        bool refuses = choice.Rule == ActiveCodeRule.Refuse;
        var limit = refuses ? Unsettled : TimeSpan.FromMilliseconds(choice.Milliseconds);
        for (int pause = ShortestPause; ; pause = Math.Min(2 * pause, LongestPause))
        {
            int known = harmless.Count;
            var look = Take(watched, gate, value);
            if (look.Stored)
                return look.Microseconds;
            if (refuses && look.Found.Count > 0)
                throw new AgentException(AgentError.ActiveCode, Describe(look.Found));
            if (Stopwatch.GetElapsedTime(begin) >= limit)
                throw new AgentException(refuses ? AgentError.ActiveCode : AgentError.StillActive, Describe(look.Found));
            // Only addresses were new: the next look knows them.
            if (look.Found.Count == 0 && harmless.Count > known)
                pause = ShortestPause;
            // A stack tells nobody when it changes.
            Thread.Sleep(pause);
        }
    }

    private unsafe (bool Stored, List<StaleCode> Found, double Microseconds) Take(Watched watched, nint gate, uint value)
    {
        var watches = watched.Watches;
        nint[] addresses = [.. harmless];
        ProfilerLibrary.Snapshot snapshot;
        fixed (ProfilerLibrary.Watch* first = watches)
        fixed (nint* firstAddress = addresses)
        {
            var guard = new ProfilerLibrary.Guard
            {
                Watches = first, WatchCount = watches.Length, Harmless = firstAddress, HarmlessCount = addresses.Length, Gate = gate, Value = value,
            };
            int result = ProfilerLibrary.TakeSnapshot(&snapshot, gate == 0 ? null : &guard);
            try
            {
                Profiler.Check(result, "SuspendRuntime", "");
                var frames = new ReadOnlySpan<ProfilerLibrary.Frame>(snapshot.Frames, (int)snapshot.Count);
                double microseconds = snapshot.SuspendedNanoseconds / 1000.0;
                if (guard.Stored != 0)
                    return (true, [], microseconds);
                var found = watched.Find(frames, harmless);
                if (snapshot.Unreadable > 0)
                    found.Add(new StaleCode(snapshot.Unreadable.ToString(CultureInfo.InvariantCulture) + " stacks that could not be read", StaleKind.Unknown, 0, snapshot.Unreadable));
                return (false, found, microseconds);
            }
            finally
            {
                ProfilerLibrary.FreeSnapshot(&snapshot);
            }
        }
    }

    private static IReadOnlyList<string> Describe(IReadOnlyList<StaleCode> found)
    {
        if (found.Count == 0)
            return ["code that has other methods inlined"];
        var names = found.Take(MostNames).Select(code => code.ThreadId == 0 ? code.Method : string.Create(CultureInfo.InvariantCulture, $"{code.Method} in thread {code.ThreadId}"));
        return found.Count > MostNames ? [.. names, string.Create(CultureInfo.InvariantCulture, $"{found.Count - MostNames} more")] : [.. names];
    }

    /// <summary>What may be in the way, and the judgement of a frame.</summary>
    private sealed class Watched
    {
        private readonly Dictionary<MethodKey, (string Name, StaleKind Kind)> any = [];
        private readonly Dictionary<MethodKey, (PatchedMethod Method, Holder? Open)> redirected = [];
        private readonly Dictionary<MethodKey, List<PatchedMethod>> inliners;
        private readonly PossibleInlining possible;
        private readonly nint oldest;
        private ModuleNames? names; // reads all assemblies: only when something is to be named

        internal Watched(
            List<(PatchedMethod Method, Holder? Closed, Holder? Open)> changes, IReadOnlyDictionary<MethodKey, (PatchedMethod Method, Holder Holder)> holders)
        {
            var target = new Dictionary<PatchedMethod, Holder?>();
            foreach (var (method, _, opened) in changes)
            {
                target[method] = opened;
                redirected[method.Key] = (method, opened);
                if (opened is not null && method.StateMachine is { } original)
                    any[original] = (method.DisplayName, StaleKind.StateMachine);
            }
            foreach (var (method, holder) in holders.Values)
            {
                if (!target.TryGetValue(method, out var opened) || opened == holder)
                    continue;
                any[holder.Key] = (method.DisplayName, StaleKind.Frame);
                if (holder.StateMachine is { } earlier)
                    any[earlier] = (method.DisplayName, StaleKind.StateMachine);
            }
            // Nothing has the code of holders inlined, only what the baseline had.
            var losing = target.Where(t => t.Value is not null).Select(t => t.Key).ToList();
            inliners = StaleReport.Inliners(losing);
            possible = new PossibleInlining(losing.Select(m => m.Key).ToHashSet());
            oldest = losing.Select(m => m.Bodies.Count > 0 ? m.Bodies[0].FirstReJit : nint.MaxValue).DefaultIfEmpty().Max();
            Watches =
            [
                .. any.Keys.Select(key => new ProfilerLibrary.Watch { Module = key.Module, Token = key.Token, Kind = ProfilerLibrary.WatchKind.Any }),
                .. inliners.Keys.Concat(redirected.Keys).Distinct().Where(key => !any.ContainsKey(key))
                    .Select(key => new ProfilerLibrary.Watch { Module = key.Module, Token = key.Token, Kind = ProfilerLibrary.WatchKind.ButHarmless }),
            ];
        }

        internal ProfilerLibrary.Watch[] Watches { get; }

        /// <summary>What is in the way; the addresses of all other frames are harmless.</summary>
        internal List<StaleCode> Find(ReadOnlySpan<ProfilerLibrary.Frame> frames, SortedSet<nint> harmless)
        {
            var counts = new Dictionary<(string Method, StaleKind Kind, int Thread), int>();
            int thread = 0; // of the frame before
            foreach (var frame in frames)
            {
                if (frame.Function == 0)
                    continue;
                bool innermost = frame.Thread != thread;
                thread = frame.Thread;
                var key = new MethodKey(frame.Module, frame.Token);
                if (any.TryGetValue(key, out var known))
                    CollectionsMarshal.GetValueRefOrAddDefault(counts, (known.Name, known.Kind, frame.Thread), out _)++;
                else if (redirected.TryGetValue(key, out var method) && RunsOldCode(method.Method, method.Open, frame, innermost))
                    CollectionsMarshal.GetValueRefOrAddDefault(counts, (method.Method.DisplayName, StaleKind.Frame, frame.Thread), out _)++;
                else if (HasOldCodeInlined(key, frame))
                    CollectionsMarshal.GetValueRefOrAddDefault(counts, (NameOf(key), StaleKind.Inliner, frame.Thread), out _)++;
                else
                    harmless.Add(frame.Address);
            }
            return [.. counts.Select(c => new StaleCode(c.Key.Method, c.Key.Kind, c.Key.Thread, c.Value)).OrderBy(s => s.Method, StringComparer.Ordinal).ThenBy(s => s.ThreadId)];
        }

        /// <summary>
        /// True for a frame of a method in its original code, where that is not what it is to do next. One that stands at a call of a holder is harmless by itself, as the holder's
        /// frame tells; one that stands before it, having read the gate, is not.
        /// </summary>
        private static bool RunsOldCode(PatchedMethod method, Holder? opened, ProfilerLibrary.Frame frame, bool innermost)
        {
            int last = method.Bodies.FindLastIndex(b => b.FirstReJit < frame.ReJit);
            bool original = last < 0 || frame.Offset >= method.Bodies[last].OriginalStart;
            return original ? opened is not null : innermost || frame.Offset < 0;
        }

        private bool HasOldCodeInlined(MethodKey key, ProfilerLibrary.Frame frame)
        {
            if (inliners.TryGetValue(key, out var inlined))
                return inlined.Exists(m => m.Bodies.Count == 0 || frame.ReJit <= m.Bodies[0].FirstReJit)
                    && ((names ??= new ModuleNames()).Find(key) is not { } method || Tiers.Inlines(frame.Origin, method));
            return (frame.Origin & ProfilerLibrary.Origin.Seen) == 0 && frame.ReJit <= oldest
                && (names ??= new ModuleNames()).Find(key) is { } unseen && Tiers.Inlines(frame.Origin, unseen) && possible.Reaches(key, unseen);
        }

        private string NameOf(MethodKey key) =>
            (names ??= new ModuleNames()).Find(key) is { } method ? ModuleNames.Describe(method) : StaleReport.Unnamed(key);
    }
}
