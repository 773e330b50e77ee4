namespace HotpatchBuild.Compiler.Baselines;

/// <summary>A baseline: a build that was shipped, with everything that later deltas are made against.</summary>
/// <param name="Manifest">The facts.</param>
/// <param name="Build">The build itself.</param>
internal sealed record BaselineRecord(BaselineManifest Manifest, ProgramBuild Build);
