using System.Collections.Immutable;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>A delta's part for one native executable.</summary>
/// <param name="Manifest">The whole delta's manifest.</param>
/// <param name="Module">The part.</param>
/// <param name="Image">Its code.</param>
public sealed record NativeDelta(DeltaManifest Manifest, DeltaModule Module, NativePatchImage Image)
{
    /// <summary>Identity of the image.</summary>
    internal ImmutableArray<byte> ImageSha256 { get; } = [.. Convert.FromHexString(Module.ImageSha256)];
}
