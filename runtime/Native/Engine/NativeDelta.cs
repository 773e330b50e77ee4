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
    /// <summary>The part of a delta that is for a process.</summary>
    /// <param name="delta">The delta.</param>
    /// <param name="target">The process.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">It has no native part, or none for the process's build.</exception>
    public static NativeDelta For(DeltaFile delta, NativeTarget target)
    {
        ArgumentNullException.ThrowIfNull(delta);
        ArgumentNullException.ThrowIfNull(target);
        DeltaModule? other = null;
        foreach (var module in delta.Manifest.Modules)
        {
            if (module.Engine != PatchEngine.Native)
                continue;
            if (module.BuildId == Convert.ToHexStringLower(target.BuildId.AsSpan()))
                return new NativeDelta(delta.Manifest, module, delta.ImageOf(module));
            other ??= module;
        }
        throw other is null
            ? EngineDiagnostics.NoNativeModule.With().AsException()
            : EngineDiagnostics.WrongBuild.With(
                target.Name, BuildIds.Short(other.BuildId), delta.Manifest.Program, BuildIds.Short(target.BuildId)).AsException();
    }

    /// <summary>Identity of the image.</summary>
    internal ImmutableArray<byte> ImageSha256 { get; } = [.. Convert.FromHexString(Module.ImageSha256)];
}
