using System.Collections.Immutable;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Native.Synthesis;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Compiler.Pipeline.Engines;

/// <summary>Makes the patch image that leads from a baseline to a new build of the same program.</summary>
internal interface INativeDeltaCompiler
{
    /// <summary>Compares the two builds, IL first and object second, and links what is changed or new against the baseline's executable.</summary>
    /// <param name="baseline">The baseline. Its ILC version and layout flags are the new build's: that has been checked.</param>
    /// <param name="build">The new build.</param>
    /// <param name="synthetic">Runs ILC on synthetic programs; null where there is none, then less is patched.</param>
    /// <returns>The image, or the refusals. A failure that is no refusal of an edit is thrown as a <see cref="HotpatchException"/>.</returns>
    NativeDeltaResult Compile(NativeBaseline baseline, NativeBuild build, ISyntheticCompiler? synthetic);
}

/// <summary>What came out of comparing and linking: an image, or refusals, or neither when no function is changed.</summary>
internal sealed record NativeDeltaResult
{
    /// <summary>No function is changed.</summary>
    public static readonly NativeDeltaResult Unchanged = new();

    /// <summary>The patch image; null when there are refusals or nothing is changed.</summary>
    public NativePatchImage? Image { get; init; }

    /// <summary>What the image changes and adds, as the delta's manifest names it.</summary>
    public ImmutableArray<DeltaFunction> Functions { get; init; } = [];

    /// <summary>Why there is no image.</summary>
    public ImmutableArray<Failure> Refusals { get; init; } = [];

    /// <summary>What does not stop the delta but must be said.</summary>
    public ImmutableArray<Failure> Warnings { get; init; } = [];
}
