using System;
using System.Collections.Generic;

namespace HotpatchBuild.Protocol;

/// <summary>What a frame holds. The numbers are part of the protocol.</summary>
internal enum MessageKind : byte
{
    /// <summary>The agent's first word to each who connects: <see cref="Protocol.Hello"/>.</summary>
    Hello = 1,

    /// <summary>Instead of it while another tool is at work; no content.</summary>
    Busy = 2,

    /// <summary>Instead of an answer: the agent failed in a way that has no number; a text.</summary>
    Broken = 3,

    /// <summary>Instead of an answer: an <see cref="AgentFailure"/> that keeps the agent from answering anything.</summary>
    Failed = 4,

    /// <summary>Asks for <see cref="TargetFacts"/>; no content.</summary>
    Inspect = 16,

    /// <summary>A <see cref="ChangeRequest"/>; the answer is a step.</summary>
    Check = 17,

    /// <summary>A <see cref="ChangeRequest"/>; the answer is a step.</summary>
    Apply = 18,

    /// <summary>A <see cref="ChangeRequest"/> without a plan; the answer is a step.</summary>
    RollBack = 19,

    /// <summary>Asks for <see cref="StatusAnswer"/>; no content.</summary>
    Status = 20,

    /// <summary><see cref="TargetFacts"/>.</summary>
    Facts = 32,

    /// <summary><see cref="StepReport"/>.</summary>
    Step = 33,

    /// <summary><see cref="StatusAnswer"/>.</summary>
    Force = 34,
}

/// <summary>The agent's first word. This record's layout is the same in every version of the protocol; later ones may add to its end.</summary>
/// <param name="Magic"><see cref="RightMagic"/>.</param>
/// <param name="Protocol">Version of the protocol that the agent speaks.</param>
/// <param name="Version">The agent's version, for messages.</param>
internal sealed record Hello(int Magic, int Protocol, string Version)
{
    /// <summary>"HPBA".</summary>
    public const int RightMagic = 0x41425048;

    /// <summary>The only version of the protocol that this code speaks.</summary>
    public const int CurrentProtocol = 2;
}

/// <summary>Who asks for a change: for the agent's records.</summary>
/// <param name="By">User and host.</param>
/// <param name="Tool">Tool name and version.</param>
internal sealed record Author(string By, string Tool);

/// <summary>Asks for a change.</summary>
/// <param name="Author">Who asks.</param>
/// <param name="Active">What happens with calls that are under way.</param>
/// <param name="Plan">The delta; null for a roll-back.</param>
internal sealed record ChangeRequest(Author Author, ActiveCodeChoice Active, DeltaPlan? Plan);

/// <summary>How a delta's time in force ended.</summary>
internal enum ForceEnd
{
    /// <summary>It has not.</summary>
    None = 0,

    /// <summary>The baseline was put back.</summary>
    RolledBack = 1,

    /// <summary>Another delta was put in force.</summary>
    Superseded = 2,
}

/// <summary>A delta's time in force, as the agent recorded it.</summary>
/// <param name="DeltaId">Identity of the delta.</param>
/// <param name="Manifest">Its manifest.</param>
/// <param name="LoadedAt">When it was first brought into this process.</param>
/// <param name="Since">When it was put in force.</param>
/// <param name="By">By whom.</param>
/// <param name="Uid">That user's id, as the kernel knows it.</param>
/// <param name="Tool">With which tool.</param>
/// <param name="EndedAt">When it ceased to be in force; default while it is.</param>
/// <param name="EndedBy">Who ended it; empty while it is in force.</param>
/// <param name="End">How it ended.</param>
internal sealed record ForceRecord(
    string DeltaId, byte[] Manifest, DateTime LoadedAt, DateTime Since, string By, int Uid, string Tool, DateTime EndedAt, string EndedBy, ForceEnd End);

/// <summary>What is in force, and what was.</summary>
/// <param name="Force">What is.</param>
/// <param name="Records">Oldest first; the last one is in force unless it has ended.</param>
/// <param name="Loaded">How many deltas were brought into this process.</param>
internal sealed record StatusAnswer(ForceReport Force, IReadOnlyList<ForceRecord> Records, int Loaded);
