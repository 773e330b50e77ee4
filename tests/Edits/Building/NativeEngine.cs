using System.Collections.Immutable;
using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Tests.Edits.Running;
using HotpatchBuild.Tests.Unit.Native;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Edits.Building;

/// <summary>NativeAOT: programs compiled and linked with the flags that the package sets, with room for patches. What ILC and the linker make is kept in artifacts.</summary>
internal sealed class NativeEngine : IEngineUnderTest
{
    // A recorded baseline is tens of megabytes, and the edits of one program come one after the other, in two tests at a time.
    private const int Kept = 2;

    private readonly Lock _lock = new();
    private readonly List<(NativeProgramBuild Build, Lazy<NativeBaseline> Baseline)> _baselines = [];

    public string Name => "native";

    public IProgramBuild Build(ProgramSources sources, bool takesText)
    {
        CompiledProgram compiled = CompiledProgram.Of(sources, takesText, NativeProgram.FrameworkReferences, [Driver.Main, NativeProgram.ReservedStatics, NativeProgram.FrameworkLayouts]);
        return new NativeProgramBuild(NativeProgram.Of(compiled.Program, compiled.Library is { } library ? [library] : [], NativeProgram.PackageFlags));
    }

    public DeltaOutcome MakeDelta(IProgramBuild before, IProgramBuild after, string file)
    {
        NativeBaseline baseline = Baseline((NativeProgramBuild)before);
        NativeDeltaResult result = NativeDelta.Make(baseline, ((NativeProgramBuild)after).Program);
        if (result.Image is null)
            return new DeltaOutcome(null, result.Refusals, result.Warnings);
        DeltaModule module = new(
            CompiledProgram.ProgramName, PatchEngine.Native, baseline.Build.Assembly.Mvid, baseline.Build.Identity, "", "", result.Functions);
        DeltaFiles.Write(file, [(module, NativePatchImageWriter.Write(result.Image))]);
        return new DeltaOutcome(file, [], result.Warnings);
    }

    private NativeBaseline Baseline(NativeProgramBuild build)
    {
        Lazy<NativeBaseline> baseline;
        lock (_lock)
        {
            int known = _baselines.FindIndex(b => b.Build.Equals(build));
            baseline = known >= 0 ? _baselines[known].Baseline : new Lazy<NativeBaseline>(() => NativeDelta.Record(build.Program));
            if (known >= 0)
                _baselines.RemoveAt(known);
            _baselines.Insert(0, (build, baseline));
            if (_baselines.Count > Kept)
                _baselines.RemoveAt(Kept);
        }
        return baseline.Value;
    }

    private sealed class NativeProgramBuild(NativeProgram program) : IProgramBuild, IEquatable<NativeProgramBuild>
    {
        public NativeProgram Program => program;

        public ProgramProcess Start() => ProgramProcess.StartNative(program.ExecutablePath);

        public bool Equals(NativeProgramBuild? other) => other is not null && program.Assembly.AsSpan().SequenceEqual(other.Program.Assembly)
            && program.Others.Select(o => o.Mvid).SequenceEqual(other.Program.Others.Select(o => o.Mvid));

        public override bool Equals(object? obj) => Equals(obj as NativeProgramBuild);

        public override int GetHashCode() => program.Assembly.Length;
    }
}
