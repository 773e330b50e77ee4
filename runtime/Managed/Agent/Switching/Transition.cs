using System;
using System.Collections.Generic;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Switching;

/// <summary>The way from one state of the process to the next one. One word of memory tells all methods on which side they are.</summary>
/// <param name="gate">Address of the word.</param>
/// <param name="from">What was in force before; null for the baseline.</param>
/// <param name="to">What is in force behind it; null for the baseline.</param>
internal sealed class Transition(nint gate, DeltaPlan? from, DeltaPlan? to)
{
    internal nint Gate { get; } = gate;

    internal DeltaPlan? From { get; } = from;

    internal DeltaPlan? To { get; } = to;

    /// <summary>The methods whose code it changes, and what they do behind it.</summary>
    internal List<(PatchedMethod Method, Holder? Closed, Holder? Open)> Changes { get; } = [];

    /// <summary>True when its gate can hold: code of a delta runs at it.</summary>
    internal bool Holds { get; set; }

    /// <summary>True when assemblies that were loaded behind the switch follow it with gates of their own: then its gate alone does not lead back.</summary>
    internal bool HasLateAssemblies { get; set; }

    /// <summary>When it was opened (UTC).</summary>
    internal DateTime Since { get; set; }
}
