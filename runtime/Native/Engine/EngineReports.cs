using System.Collections.Immutable;
using HotpatchBuild.Runtime.Native.Arenas;
using HotpatchBuild.Runtime.Native.Switching;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>How much of something is used.</summary>
/// <param name="Used">What is.</param>
/// <param name="Size">What there is.</param>
public readonly record struct SpaceUse(ulong Used, ulong Size)
{
    /// <summary>What is left.</summary>
    public ulong Left => Size - Used;
}

/// <summary>How much of the arena is used.</summary>
/// <param name="Code">Bytes for function bodies.</param>
/// <param name="Data">Bytes for data, the state block included.</param>
/// <param name="Entries">Hot-patchable entries.</param>
/// <param name="Slots">Unwind slots.</param>
public sealed record ArenaSpace(SpaceUse Code, SpaceUse Data, SpaceUse Entries, SpaceUse Slots)
{
    /// <summary>Blocks for static fields with references; 0 of 0 as long as no delta has needed one.</summary>
    public SpaceUse Blocks { get; init; }
}

/// <summary>What became of a switch that an earlier command did not finish.</summary>
public enum Repair
{
    /// <summary>There was none.</summary>
    None,

    /// <summary>It had not begun, or what it had stored was put back.</summary>
    Undone,

    /// <summary>It was done, or the rest of it was stored.</summary>
    Completed,
}

/// <summary>What happens to one function.</summary>
public enum FunctionChange
{
    /// <summary>The baseline's entry is redirected.</summary>
    Patched,

    /// <summary>Its hot-patchable entry leads to another body.</summary>
    Superseded,

    /// <summary>The baseline's body is put back.</summary>
    Reverted,

    /// <summary>The body in force stays.</summary>
    Unchanged,
}

/// <summary>One function of a switch.</summary>
/// <param name="Symbol">Symbol name.</param>
/// <param name="DisplayName">The name a C# developer knows.</param>
/// <param name="Change">What happens to it.</param>
public sealed record FunctionReport(string Symbol, string DisplayName, FunctionChange Change);

/// <summary>What a command did to a process, or would do.</summary>
/// <param name="AlreadyThere">Nothing had to be done: what was asked for is in force.</param>
/// <param name="Delta">Id of the delta that is in force now; null for the baseline.</param>
/// <param name="Before">Id of the delta that was; null for the baseline.</param>
/// <param name="ImageReused">The image was in the arena already.</param>
/// <param name="Functions">Each baseline function concerned.</param>
/// <param name="Added">Functions of the delta that the baseline does not have.</param>
/// <param name="CodeBytes">Code loaded by this command.</param>
/// <param name="DataBytes">Data loaded by this command.</param>
/// <param name="Switch">Stop time, threads and attempts; null when nothing was switched.</param>
/// <param name="Repaired">What became of an interrupted earlier command.</param>
/// <param name="Space">The arena afterwards.</param>
public sealed record ChangeReport(
    bool AlreadyThere, string? Delta, string? Before, bool ImageReused, ImmutableArray<FunctionReport> Functions, int Added, ulong CodeBytes, ulong DataBytes,
    SwitchReport? Switch, Repair Repaired, ArenaSpace Space)
{
    /// <summary>For a check: calls under way in what would be taken out of force. Any word of a stack that could lead there counts, so one may be named that is over.</summary>
    public ImmutableArray<ActiveCall> Active { get; init; } = [];
}

/// <summary>Whether records and words agree.</summary>
public enum Agreement
{
    /// <summary>They do.</summary>
    Agree,

    /// <summary>An earlier command was interrupted; the next apply or rollback repairs it.</summary>
    Interrupted,

    /// <summary>Something other than this tool changed a patch point.</summary>
    Disagree,
}

/// <summary>A delta in force, now or once.</summary>
/// <param name="Id">Identity of the delta.</param>
/// <param name="Program">Name of the program.</param>
/// <param name="Baseline">What people call the baseline revision.</param>
/// <param name="BaselineCommit">Its commit.</param>
/// <param name="Target">What people call the target revision.</param>
/// <param name="TargetCommit">Its commit.</param>
/// <param name="LoadedAt">When its image was loaded.</param>
/// <param name="Since">When it was put in force.</param>
/// <param name="By">By which user on which host.</param>
/// <param name="Uid">That user's id.</param>
/// <param name="Tool">With which tool.</param>
/// <param name="EndedAt">When it ceased to be; null while in force.</param>
/// <param name="EndedBy">Who ended it.</param>
/// <param name="Reason">How it ended.</param>
public sealed record DeltaInForce(
    string Id, string Program, string Baseline, string BaselineCommit, string Target, string TargetCommit, DateTimeOffset LoadedAt, DateTimeOffset Since,
    string By, uint Uid, string Tool, DateTimeOffset? EndedAt, string? EndedBy, EndReason Reason);

/// <summary>A function as its words say.</summary>
/// <param name="Symbol">Symbol name.</param>
/// <param name="DisplayName">The name a C# developer knows.</param>
/// <param name="Baseline">Address of the baseline's body.</param>
/// <param name="Body">Address of the body that calls reach now; the baseline's when it is not patched.</param>
/// <param name="Patched">Calls reach another body than the baseline's.</param>
/// <param name="AsRecorded">Records and words agree.</param>
public sealed record FunctionStatus(string Symbol, string DisplayName, ulong Baseline, ulong Body, bool Patched, bool AsRecorded);

/// <summary>What is in force in a process.</summary>
/// <param name="InForce">The delta, or null for the baseline.</param>
/// <param name="Agreement">Whether records and words agree.</param>
/// <param name="Explanation">One sentence when they don't.</param>
/// <param name="Functions">Every function that some loaded image replaces.</param>
/// <param name="History">What was in force, oldest first.</param>
/// <param name="ImagesLoaded">Images in the arena.</param>
/// <param name="Space">The arena.</param>
public sealed record TargetStatus(
    DeltaInForce? InForce, Agreement Agreement, string? Explanation, ImmutableArray<FunctionStatus> Functions, ImmutableArray<DeltaInForce> History,
    int ImagesLoaded, ArenaSpace Space);
