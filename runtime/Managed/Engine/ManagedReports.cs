using System.Collections.Immutable;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Runtime.Managed;

/// <summary>Who works on a process, and how patiently.</summary>
/// <param name="By">User and host, for the records.</param>
/// <param name="Tool">Tool name and version, for the records.</param>
/// <param name="Patience">How long to go on looking for a safe moment.</param>
public sealed record ManagedOptions(string By, string Tool, TimeSpan Patience)
{
    /// <summary>What happens with calls that are under way in what is switched. For <see cref="ActiveCodePolicy.Wait"/>, <see cref="Patience"/> is the limit.</summary>
    public ActiveCodePolicy ActiveCode { get; init; } = ActiveCodePolicy.Finish;
}

/// <summary>What a command did to a process, or would do.</summary>
/// <param name="AlreadyThere">Nothing had to be done: what was asked for is in force.</param>
/// <param name="Delta">Id of the delta that is in force now; null for the baseline.</param>
/// <param name="Before">Id of the delta that was; null for the baseline.</param>
/// <param name="BeforeManifest">That delta's manifest, where it is known.</param>
/// <param name="Methods">Methods that were switched.</param>
/// <param name="NotLoaded">Assemblies of the delta that are not loaded yet; they are patched when they are.</param>
/// <param name="Stale">Old code that still runs.</param>
/// <param name="Suspended">How long the runtime was suspended.</param>
/// <param name="Notes">What has to be said beside it.</param>
public sealed record ManagedChange(
    bool AlreadyThere, string? Delta, string? Before, Formats.Deltas.DeltaManifest? BeforeManifest, int Methods, IReadOnlyList<string> NotLoaded,
    IReadOnlyList<StaleCode> Stale, TimeSpan Suspended, ImmutableArray<Failure> Notes)
{
    /// <summary>For a check: calls that are under way in what would be switched.</summary>
    public IReadOnlyList<StaleCode> Active { get; init; } = [];
}

/// <summary>A delta's time in force.</summary>
/// <param name="Id">Identity of the delta.</param>
/// <param name="Manifest">Its manifest; null where the agent's copy cannot be read.</param>
/// <param name="LoadedAt">When it was first brought into the process.</param>
/// <param name="Since">When it was put in force.</param>
/// <param name="By">By which user on which host.</param>
/// <param name="Uid">That user's id.</param>
/// <param name="Tool">With which tool.</param>
/// <param name="EndedAt">When it ceased to be; null while in force.</param>
/// <param name="EndedBy">Who ended it.</param>
/// <param name="RolledBack">True when it was rolled back, false when superseded.</param>
public sealed record ManagedForce(
    string Id, Formats.Deltas.DeltaManifest? Manifest, DateTimeOffset LoadedAt, DateTimeOffset Since, string By, uint Uid, string Tool, DateTimeOffset? EndedAt,
    string? EndedBy, bool RolledBack);

/// <summary>What is in force in a process.</summary>
/// <param name="Prepared">The process brought the profiler along.</param>
/// <param name="InForce">The delta, or null for the baseline.</param>
/// <param name="Methods">Methods that it redirects.</param>
/// <param name="NotLoaded">Its assemblies that are not loaded yet.</param>
/// <param name="Stale">Old code that still runs.</param>
/// <param name="History">What was in force, oldest first.</param>
/// <param name="Loaded">Deltas whose code is in the process.</param>
public sealed record ManagedStatus(
    bool Prepared, ManagedForce? InForce, int Methods, IReadOnlyList<string> NotLoaded, IReadOnlyList<StaleCode> Stale, ImmutableArray<ManagedForce> History, int Loaded);
