using System.Collections.Immutable;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline.Engines;

/// <summary>One module's part of a delta with its image.</summary>
/// <param name="Module">What the delta's manifest says of it.</param>
/// <param name="Image">The patch image.</param>
internal sealed record ProgramModule(DeltaModule Module, ImmutableArray<byte> Image);

/// <summary>What came out of comparing two builds: images, or refusals, or neither when a running process would notice nothing.</summary>
internal sealed record ProgramDelta
{
    /// <summary>Nothing is changed.</summary>
    public static readonly ProgramDelta Unchanged = new();

    /// <summary>The modules that are changed.</summary>
    public ImmutableArray<ProgramModule> Modules { get; init; } = [];

    /// <summary>Why there is no image.</summary>
    public ImmutableArray<Failure> Refusals { get; init; } = [];

    /// <summary>What does not stop the delta but must be said.</summary>
    public ImmutableArray<Failure> Warnings { get; init; } = [];
}
