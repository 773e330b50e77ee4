using HotpatchBuild.Compiler.Baselines;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>Stands where the native delta compiler will: says that there is none and never pretends that nothing is changed.</summary>
internal sealed class NativeDeltaUnavailable : INativeDeltaCompiler
{
    /// <inheritdoc/>
    public NativeDeltaResult Compile(BaselineRecord baseline, NativeBuild build) =>
        new() { Refusals = [PipelineDiagnostics.NoNativeDelta.With(build.Assembly.Name, baseline.Manifest.Commit[..12])] };
}
