using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using HotpatchBuild.Agent.Interop;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Switching;

/// <summary>Old code on the stacks of this process's threads.</summary>
/// <param name="Stale">What was found.</param>
/// <param name="SuspendedMicroseconds">How long the runtime was suspended for it.</param>
internal sealed record StaleReport(IReadOnlyList<StaleCode> Stale, double SuspendedMicroseconds)
{
    /// <summary>Looks at all stacks at one moment.</summary>
    /// <param name="methods">Every method that was ever redirected.</param>
    /// <param name="holders">Every method that new code was put into, and what for.</param>
    internal static unsafe StaleReport Take(
        IReadOnlyDictionary<MethodKey, PatchedMethod> methods, IReadOnlyDictionary<MethodKey, (PatchedMethod Method, Holder Holder)> holders)
    {
        if (!methods.Values.Any(m => m.Bodies.Count > 0))
            return new StaleReport([], 0);
        ProfilerLibrary.Snapshot snapshot;
        int result = ProfilerLibrary.TakeSnapshot(&snapshot, null);
        try
        {
            Profiler.Check(result, "SuspendRuntime", "");
            var frames = new ReadOnlySpan<ProfilerLibrary.Frame>(snapshot.Frames, (int)snapshot.Count);
            return new StaleReport(Find(frames, methods, holders), snapshot.SuspendedNanoseconds / 1000.0);
        }
        finally
        {
            ProfilerLibrary.FreeSnapshot(&snapshot);
        }
    }

    private static List<StaleCode> Find(
        ReadOnlySpan<ProfilerLibrary.Frame> frames, IReadOnlyDictionary<MethodKey, PatchedMethod> methods,
        IReadOnlyDictionary<MethodKey, (PatchedMethod Method, Holder Holder)> holders)
    {
        var counts = new Dictionary<(string Method, StaleKind Kind, int Thread), int>();
        var inliners = Inliners(methods.Values.Where(m => m.InForce is not null));
        var inFlight = InFlight(methods, holders);
        var redirected = methods.Values.Where(m => m.InForce is not null).Select(m => m.Key).ToHashSet();
        var possible = new PossibleInlining(redirected);
        ModuleNames? names = null; // reads all assemblies: only when something is to be named
        // What was compiled before the first redirection of any of them.
        nint oldest = methods.Values.Where(m => m.InForce is not null).Select(m => m.Bodies[0].FirstReJit).DefaultIfEmpty().Max();
        int thread = 0;
        foreach (var frame in frames)
        {
            if (frame.Function == 0)
                continue;
            thread = frame.Thread;
            var key = new MethodKey(frame.Module, frame.Token);
            if (holders.TryGetValue(key, out var holder))
            {
                if (holder.Method.InForce != holder.Holder)
                    Count(holder.Method.DisplayName, StaleKind.Frame);
            }
            else if (inFlight.TryGetValue(key, out string? machine))
                Count(machine, StaleKind.StateMachine);
            else if (methods.TryGetValue(key, out var method) && RunsOldOriginal(method, frame.ReJit, frame.Offset))
                Count(method.DisplayName, StaleKind.Frame);
            else if (inliners.TryGetValue(key, out var inlined) && inlined.Exists(m => frame.ReJit <= m.Bodies[0].FirstReJit))
                Count((names ??= new ModuleNames()).Find(key) is { } known ? ModuleNames.Describe(known) : Unnamed(key), StaleKind.Inliner);
            else if ((frame.Origin & ProfilerLibrary.Origin.Seen) == 0 && redirected.Count > 0 && frame.ReJit <= oldest && !methods.ContainsKey(key)
                && (names ??= new ModuleNames()).Find(key) is { } unseen && Tiers.Inlines(frame.Origin, unseen)
                && possible.Reaches(key, unseen))
                Count(ModuleNames.Describe(unseen), StaleKind.Inliner);
        }
        return [.. counts.Select(c => new StaleCode(c.Key.Method, c.Key.Kind, c.Key.Thread, c.Value)).OrderBy(s => s.Method, StringComparer.Ordinal).ThenBy(s => s.ThreadId)];

        void Count(string name, StaleKind kind) =>
            CollectionsMarshal.GetValueRefOrAddDefault(counts, (name, kind, thread), out _)++;
    }

    // A frame of a redirected method runs its original code when it is of a time before the first redirection, or when it stands in that part of its body. The place
    // alone tells it: a thread that is stopped on its way back from a holder stands in the method too, with nothing above.
    private static bool RunsOldOriginal(PatchedMethod method, nint reJit, int offset)
    {
        if (method.InForce is null)
            return false;
        int last = method.Bodies.FindLastIndex(b => b.FirstReJit < reJit);
        return last < 0 || offset >= method.Bodies[last].OriginalStart;
    }

    /// <summary>
    /// What old async methods and iterators go on with, and their names. Only those that a thread runs at this moment are found that way: one that waits is an object
    /// among others.
    /// </summary>
    private static Dictionary<MethodKey, string> InFlight(
        IReadOnlyDictionary<MethodKey, PatchedMethod> methods, IReadOnlyDictionary<MethodKey, (PatchedMethod Method, Holder Holder)> holders)
    {
        var result = new Dictionary<MethodKey, string>();
        foreach (var method in methods.Values)
            if (method.InForce is not null && method.StateMachine is { } original)
                result[original] = method.DisplayName;
        foreach (var (method, holder) in holders.Values)
            if (method.InForce != holder && holder.StateMachine is { } earlier)
                result[earlier] = method.DisplayName;
        return result;
    }

    /// <summary>The methods into which some methods' original code was inlined, directly or through others.</summary>
    internal static Dictionary<MethodKey, List<PatchedMethod>> Inliners(IEnumerable<PatchedMethod> methods)
    {
        var result = new Dictionary<MethodKey, List<PatchedMethod>>();
        var callers = Profiler.GetInlinings().ToLookup(e => e.Callee, e => e.Caller);
        foreach (var method in methods)
        {
            var seen = new HashSet<MethodKey> { method.Key };
            var waiting = new Queue<MethodKey>(seen);
            while (waiting.TryDequeue(out var callee))
                foreach (var caller in callers[callee])
                    if (seen.Add(caller))
                    {
                        waiting.Enqueue(caller);
                        if (!result.TryGetValue(caller, out var list))
                            result[caller] = list = [];
                        list.Add(method);
                    }
        }
        return result;
    }

    internal static string Unnamed(MethodKey key) => "0x" + key.Token.ToString("X8", CultureInfo.InvariantCulture);
}
