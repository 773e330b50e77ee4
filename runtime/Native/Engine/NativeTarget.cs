using System.Collections.Immutable;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Runtime.Native.Arenas;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Runtime.Native.Switching;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>Stores the words of a switch while no thread can see half of them.</summary>
public interface ISwitcher
{
    /// <summary>Does what the plan says, wholly or not at all.</summary>
    /// <param name="plan">The words.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">No safe moment was found, a word was not as expected, or the process is gone; nothing was stored.</exception>
    SwitchReport Execute(SwitchPlan plan);

    /// <summary>Says which threads are in some code, or return into it.</summary>
    /// <param name="ranges">The code.</param>
    /// <param name="patience">How long to try to stop all threads.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">That can't be found out.</exception>
    ImmutableArray<ActiveCall> Survey(ImmutableArray<GuardedRange> ranges, TimeSpan patience);
}

/// <summary>A process as the engine sees it: what it is, where its arena lies, and how to reach it.</summary>
public sealed record NativeTarget
{
    /// <summary>What messages call it, for example <c>process 4711 (pricing)</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The GNU build-id of its executable.</summary>
    public required ImmutableArray<byte> BuildId { get; init; }

    /// <summary>What is added to a link-time address.</summary>
    public required ulong LoadBias { get; init; }

    /// <summary>The executable's addresses in the process.</summary>
    public required MemoryRegion Module { get; init; }

    /// <summary>Where the arena lies at link time.</summary>
    public required ArenaLocation Arena { get; init; }

    /// <summary>Its memory.</summary>
    public required ITargetMemory Memory { get; init; }

    /// <summary>How words are switched.</summary>
    public required ISwitcher Switcher { get; init; }

    /// <summary>Keeps other commands out until it is disposed of.</summary>
    public required Func<IDisposable> Lock { get; init; }

    /// <summary>Where the arena's parts lie in the process.</summary>
    internal ArenaRegions Regions => ArenaRegions.At(Arena, LoadBias);
}
