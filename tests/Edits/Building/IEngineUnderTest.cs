using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Tests.Edits.Running;

namespace HotpatchBuild.Tests.Edits.Building;

/// <summary>An engine of the product with all that a test needs around it: builds, deltas, live processes. Safe to use from several threads.</summary>
internal interface IEngineUnderTest
{
    /// <summary>Its name in reports.</summary>
    string Name { get; }

    /// <summary>Builds a program. Equal programs are built once.</summary>
    /// <param name="sources">Its sources.</param>
    /// <param name="takesText">True when the driver calls Scenario.On; the same before and after an edit (<see cref="CompiledProgram.HasOn"/>).</param>
    IProgramBuild Build(ProgramSources sources, bool takesText);

    /// <summary>Makes the delta from one build to another as a build with the package makes it.</summary>
    /// <param name="before">What runs.</param>
    /// <param name="after">Where the delta leads.</param>
    /// <param name="file">Where to write the delta file, when there is one.</param>
    DeltaOutcome MakeDelta(IProgramBuild before, IProgramBuild after, string file);
}

/// <summary>A program built for an engine.</summary>
internal interface IProgramBuild
{
    /// <summary>Starts it: optimised code, and nothing warmed up yet.</summary>
    ProgramProcess Start();
}

/// <summary>What came out of making a delta: a file, or refusals, or neither when no code is changed.</summary>
/// <param name="File">The delta file; null when there is none.</param>
/// <param name="Refusals">Why there is none.</param>
/// <param name="Warnings">What was said besides.</param>
internal sealed record DeltaOutcome(string? File, ImmutableArray<Failure> Refusals, ImmutableArray<Failure> Warnings);
