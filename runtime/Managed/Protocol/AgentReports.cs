using System;
using System.Collections.Generic;

namespace HotpatchBuild.Protocol;

/// <summary>Why the agent did not do what it was asked for. The numbers are part of the protocol and never change; the tool has the words.</summary>
public enum AgentError
{
    /// <summary>Nothing went wrong.</summary>
    None = 0,

    /// <summary>A patched method's assembly is loaded into a collectible context. Details: assembly, context.</summary>
    CollectibleContext = 1,

    /// <summary>A token of the plan is no method with IL. Details: assembly, token, display name.</summary>
    NoSuchMethod = 2,

    /// <summary>The patch assembly or one it needs could not be loaded. Details: assembly, the runtime's message.</summary>
    CannotLoad = 3,

    /// <summary>New code could not be bound or compiled. Details: display name, the runtime's message.</summary>
    CannotBind = 4,

    /// <summary>The profiler interface refused a call. Details: call, HRESULT, display name or empty.</summary>
    RuntimeRefused = 5,

    /// <summary>Compilations that could have inlined old code did not end in time. Details: number of them.</summary>
    NoSafeMoment = 6,

    /// <summary>Nothing is in force that could be rolled back.</summary>
    NothingInForce = 7,

    /// <summary>The loaded profiler has another version than the agent. Details: its version, the agent's.</summary>
    OtherProfilerVersion = 8,

    /// <summary>Calls are under way in what would be switched, and the request refuses that. Details: each method with its thread.</summary>
    ActiveCode = 9,

    /// <summary>Such calls did not end in time. Details: each method with its thread.</summary>
    StillActive = 10,

    /// <summary>A precondition of the delta does not hold. Details: its display name, the reason.</summary>
    Vetoed = 11,

    /// <summary>Transition code failed. Details: its display name, the exception.</summary>
    TransitionFailed = 12,

    /// <summary>Transition code did not end in time; it was left to itself. Details: its display name.</summary>
    TransitionTimedOut = 13,

    /// <summary>Transition code of an earlier request still runs. Details: its display name.</summary>
    TransitionStillRuns = 14,
}

/// <summary>A failure in the agent.</summary>
/// <param name="Error">What.</param>
/// <param name="Details">In the order that <see cref="AgentError"/> names them.</param>
public sealed record AgentFailure(AgentError Error, IReadOnlyList<string> Details);

/// <summary>An assembly that is loaded in the target.</summary>
/// <param name="Name">Simple name.</param>
/// <param name="Mvid">Module version id of its manifest module.</param>
/// <param name="Context">Name of its load context.</param>
/// <param name="Collectible">True when it can be unloaded.</param>
public sealed record LoadedAssembly(string Name, Guid Mvid, string Context, bool Collectible);

/// <summary>What the target is.</summary>
/// <param name="Runtime">For example <c>.NET 10.0.12</c>.</param>
/// <param name="Prepared">True when the profiler was there before the program's first method was compiled into a dynamic one.</param>
/// <param name="DynamicMethods">True when dynamic code was compiled before the profiler could watch: what it inlined stays old.</param>
/// <param name="Debugger">True when a managed debugger is attached.</param>
/// <param name="Assemblies">Loaded assemblies that are not the framework's.</param>
public sealed record TargetFacts(string Runtime, bool Prepared, bool DynamicMethods, bool Debugger, IReadOnlyList<LoadedAssembly> Assemblies);

/// <summary>Old code that is still running.</summary>
/// <param name="Method">Display name of the patched method, or of the one that inlined it.</param>
/// <param name="Kind">How it is old.</param>
/// <param name="ThreadId">Operating system's thread id; 0 where it is no thread's (an async call in flight).</param>
/// <param name="Frames">Number of frames or instances.</param>
public sealed record StaleCode(string Method, StaleKind Kind, int ThreadId, int Frames);

/// <summary>How code that runs is old.</summary>
public enum StaleKind
{
    /// <summary>A frame that entered the method before the switch.</summary>
    Frame = 0,

    /// <summary>A frame of a method that inlined the old code before the switch.</summary>
    Inliner = 1,

    /// <summary>An async method or iterator whose state machine was made before the switch.</summary>
    StateMachine = 2,

    /// <summary>An assembly that was loaded behind the switch and could not be patched; the name says why.</summary>
    Assembly = 3,

    /// <summary>What runs could not be found out, or code could not be compiled again; the name says why.</summary>
    Unknown = 4,
}

/// <summary>What happens with calls that are under way in methods that a step switches. The numbers are part of the protocol.</summary>
public enum ActiveCodeRule
{
    /// <summary>They finish with the code they began with.</summary>
    Finish = 0,

    /// <summary>The switch waits until there are none.</summary>
    Wait = 1,

    /// <summary>Nothing is switched while there are any.</summary>
    Refuse = 2,
}

/// <summary>What happens with calls that are under way.</summary>
/// <param name="Rule">What.</param>
/// <param name="Milliseconds">How long to wait for a moment without any.</param>
public sealed record ActiveCodeChoice(ActiveCodeRule Rule, int Milliseconds);

/// <summary>What a step of the agent led to.</summary>
/// <param name="Failure">Null when it was done.</param>
/// <param name="InForce">Identity of the delta in force behind it; null for the baseline.</param>
/// <param name="Methods">Methods that were switched.</param>
/// <param name="NotLoaded">Simple names of assemblies of the delta that are not loaded yet; they are patched when they are.</param>
/// <param name="Stale">Old code that still runs; for a check, calls that are under way in what would be switched.</param>
/// <param name="SwitchMicroseconds">How long the runtime was suspended, in microseconds; 0 when it was not.</param>
public sealed record StepReport(
    AgentFailure? Failure, string? InForce, int Methods, IReadOnlyList<string> NotLoaded, IReadOnlyList<StaleCode> Stale, double SwitchMicroseconds);

/// <summary>What is in force.</summary>
/// <param name="DeltaId">Identity of the delta; null for the baseline.</param>
/// <param name="Manifest">Its manifest; empty for the baseline.</param>
/// <param name="Since">When it was switched (UTC); default for the baseline.</param>
/// <param name="Methods">Methods that it redirects now.</param>
/// <param name="NotLoaded">Simple names of its assemblies that are not loaded yet.</param>
/// <param name="Stale">Old code that still runs.</param>
public sealed record ForceReport(
    string? DeltaId, byte[] Manifest, DateTime Since, int Methods, IReadOnlyList<string> NotLoaded, IReadOnlyList<StaleCode> Stale);
