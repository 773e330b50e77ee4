using System.Collections.Immutable;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Managed;

/// <summary>One assembly's patch image.</summary>
/// <param name="Name">Simple name of the assembly that it changes.</param>
/// <param name="Mvid">Module version id of that assembly's baseline.</param>
/// <param name="Image">The patch assembly.</param>
/// <param name="Functions">What it changes and adds, as the delta's manifest names it.</param>
internal sealed record ManagedModule(string Name, Guid Mvid, ImmutableArray<byte> Image, ImmutableArray<DeltaFunction> Functions);

/// <summary>What came out of comparing and linking: images, or refusals, or neither when a running process would notice nothing.</summary>
internal sealed record ManagedDeltaResult
{
    /// <summary>The images, in the order of the build's assemblies; none for assemblies without a change.</summary>
    public ImmutableArray<ManagedModule> Modules { get; init; } = [];

    /// <summary>Why there is no image.</summary>
    public ImmutableArray<Failure> Refusals { get; init; } = [];

    /// <summary>What does not stop the delta but must be said.</summary>
    public ImmutableArray<Failure> Warnings { get; init; } = [];
}
