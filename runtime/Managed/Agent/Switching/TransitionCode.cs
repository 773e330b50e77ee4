using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Threading;
using HotpatchBuild.Agent.Interop;
using HotpatchBuild.Agent.Loading;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Switching;

/// <summary>Code that a delta brings to be run at a switch, bound to the methods that it is.</summary>
/// <param name="Plan">What the delta says of it.</param>
/// <param name="Method">The method, of one load context.</param>
internal sealed record BoundTransition(TransitionPlan Plan, MethodInfo Method)
{
    /// <summary>What has run under it does not run again: the code's identity, in the context whose data it works on.</summary>
    internal (Assembly Target, string Identity) Key { get; init; }
}

/// <summary>
/// Runs a delta's code at a switch, on a thread of its own and for a limited time. A thread can't be stopped by force; one that is not done in time is left to itself, and nothing is
/// begun until it has ended.
/// </summary>
internal sealed class TransitionCode
{
    /// <summary>However impatient the request is: code that is met for the first time needs some time.</summary>
    private const int ShortestLimit = 1000; // milliseconds

    private readonly HashSet<(Assembly, string)> done = [];

    // Whose calls a gate that holds lets through; see TransitionBody. One word for all gates, as only one of them holds at a time.
    private nint owner;
    private (Thread Thread, string Name)? left;

    /// <summary>Address of the word with the managed id of the thread that a gate which holds lets through.</summary>
    internal nint Owner => owner != 0 ? owner : owner = Profiler.NewGate();

    /// <summary>Fails while code that was left to itself still runs.</summary>
    /// <exception cref="AgentException">It does.</exception>
    internal void RequireIdle()
    {
        if (left is { } running && running.Thread.IsAlive)
            throw new AgentException(AgentError.TransitionStillRuns, running.Name);
        left = null;
    }

    /// <summary>What of some code has not run yet for what is in force.</summary>
    internal List<BoundTransition> NotDone(IEnumerable<BoundTransition> code) => [.. code.Where(c => !done.Contains(c.Key))];

    /// <summary>Notes that code has run for what is in force now.</summary>
    internal void Note(IEnumerable<BoundTransition> code) => done.UnionWith(code.Select(c => c.Key));

    /// <summary>Notes that the baseline is in force.</summary>
    internal void Forget() => done.Clear();

    /// <summary>Asks preconditions.</summary>
    /// <exception cref="AgentException">One does not hold, failed, or did not end in time.</exception>
    internal void Ask(IReadOnlyList<BoundTransition> preconditions, int milliseconds)
    {
        if (preconditions.Count == 0)
            return;
        try
        {
            Run(preconditions, milliseconds, static code =>
            {
                string? reason = code.Method.ReturnType == typeof(string) ? code.Method.CreateDelegate<Func<string?>>()() : code.Method.CreateDelegate<Func<bool>>()() ? null : "it returned false";
                if (reason is not null)
                    throw new AgentException(AgentError.Vetoed, code.Plan.DisplayName, reason.Length == 0 ? "it gave no reason" : reason.ReplaceLineEndings(" "));
            });
        }
        catch (AgentException e) when (e.Failure.Error == AgentError.TransitionFailed)
        {
            throw new AgentException(AgentError.Vetoed, e.Failure.Details);
        }
    }

    /// <summary>Runs code of the switch, one after the other.</summary>
    /// <exception cref="AgentException">One failed, or did not end in time.</exception>
    internal void Run(IReadOnlyList<BoundTransition> code, int milliseconds) => Run(code, milliseconds, static c => c.Method.CreateDelegate<Action>()());

    private void Run(IReadOnlyList<BoundTransition> code, int milliseconds, Action<BoundTransition> act)
    {
        AgentException? failure = null;
        int current = 0;
        var thread = new Thread(() =>
        {
            try
            {
                for (int i = 0; i < code.Count; i++)
                {
                    Volatile.Write(ref current, i);
                    act(code[i]);
                }
            }
            catch (AgentException e)
            {
                failure = e;
            }
            catch (Exception e)
            {
                // Whatever it is, it is told to the one who asked, and the program that we are a guest of does not end for it.
                failure = new AgentException(
                    AgentError.TransitionFailed, code[Volatile.Read(ref current)].Plan.DisplayName, string.Create(CultureInfo.InvariantCulture, $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}"));
            }
        })
        { IsBackground = true, Name = "hotpatch transition" };
        ProfilerLibrary.SetGate(Owner, unchecked((uint)thread.ManagedThreadId));
        thread.UnsafeStart();
        bool ended = thread.Join(Math.Max(milliseconds, ShortestLimit));
        // The next gate holds before it has an owner of its own, and the number of a thread that is gone goes to a new one (threads.cpp, Thread::~Thread): no thread has the number 0.
        ProfilerLibrary.SetGate(Owner, 0);
        if (!ended)
        {
            string name = code[Volatile.Read(ref current)].Plan.DisplayName;
            left = (thread, name);
            throw new AgentException(AgentError.TransitionTimedOut, name);
        }
        if (failure is not null)
            throw failure;
    }
}
