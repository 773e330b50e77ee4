using System.Collections.Immutable;
using HotpatchBuild.Formats.Deltas;

namespace HotpatchBuild.Runtime.Native.Switching;

/// <summary>One aligned 8-byte word that redirects control.</summary>
/// <param name="Address">Absolute virtual address; a multiple of 8.</param>
/// <param name="Old">What must stand there before; anything else aborts the switch before the first store.</param>
/// <param name="New">What stands there afterwards.</param>
public readonly record struct WordStore(ulong Address, ulong Old, ulong New);

/// <summary>Code in which no thread may stand, and into which no thread may return, while the words are stored.</summary>
/// <param name="Start">First address that is not allowed (for a patch point: entry + 1).</param>
/// <param name="End">Address behind the last that is not allowed (for a patch point: entry + 5).</param>
/// <param name="Function">Display name, for reports.</param>
public readonly record struct GuardedRange(ulong Start, ulong End, string Function);

/// <summary>Everything a switch does to the target. All of it has been checked before.</summary>
/// <param name="Stores">The words, in the order in which they are stored.</param>
/// <param name="Guards">Empty when every function concerned is entered through a hot-patchable entry already.</param>
/// <param name="Patience">How long to go on looking for a safe moment.</param>
public sealed record SwitchPlan(
    ImmutableArray<WordStore> Stores,
    ImmutableArray<GuardedRange> Guards,
    TimeSpan Patience)
{
    /// <summary>
    /// The code that the stores take out of force. A call that is in it goes on in it, and the functions that it calls next are new ones: where functions are right
    /// only together, its result is neither the old nor the new one. So a moment is looked for first at which no thread is in this code, nor returns into it.
    /// </summary>
    public ImmutableArray<GuardedRange> Resting { get; init; } = [];

    /// <summary>What happens where there is no such moment: the switch is done without, or after waiting for <see cref="Patience"/>, or at once, it is not done.</summary>
    public ActiveCodePolicy Active { get; init; } = ActiveCodePolicy.Finish;

    /// <summary>How long to look for such a moment before it is done without; a thread may wait in the old code for ever.</summary>
    public TimeSpan RestingPatience { get; init; }

    /// <summary>True when the switch is one store that is safe while all threads run: no guard, and nothing else to be seen together with it.</summary>
    public bool NeedsNoStop => Stores.Length <= 1 && Guards.IsEmpty && (Resting.IsEmpty || Active == ActiveCodePolicy.Finish);
}

/// <summary>A thread in code that a switch takes out of force, or that returns into it.</summary>
/// <param name="Function">Display name.</param>
/// <param name="ThreadId">The thread.</param>
/// <param name="ThreadName">Its name; empty when it has ended since.</param>
public sealed record ActiveCall(string Function, int ThreadId, string ThreadName);

/// <summary>What a switch met and took.</summary>
/// <param name="Stopped">From the first thread asked to stop to the last one resumed, in the attempt that succeeded; zero when no thread was stopped.</param>
/// <param name="LongestStop">The same for the longest attempt.</param>
/// <param name="Threads">Threads stopped.</param>
/// <param name="Attempts">Attempts, the successful one included.</param>
/// <param name="SteppedOut">Threads that were single-stepped out of a guarded range.</param>
/// <param name="SignalsPassedOn">Signals met on the way and delivered.</param>
public sealed record SwitchReport(TimeSpan Stopped, TimeSpan LongestStop, int Threads, int Attempts, int SteppedOut, int SignalsPassedOn)
{
    /// <summary>Calls were under way in the code taken out of force (<see cref="SwitchPlan.Resting"/>); they finish in it and meet new functions on their way.</summary>
    public bool CallsUnderWay { get; init; }
}
