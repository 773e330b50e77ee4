using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Tests.Unit.Edits;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Native;

/// <summary>
/// A few of the edits of <c>Edits/Sample/</c>, compiled to native code and made into a delta, to see at once that it can be done at all. The catalogue
/// (<c>tests/Edits</c>) has many more, on live processes.
/// </summary>
public class CompiledEdits
{
    private static readonly Lazy<NativeBaseline> Baseline = new(() => NativeDelta.Record(Compile(SampleEdits.Sources())));

    [Theory]
    [InlineData("e01", true)]
    [InlineData("e13", true)]
    [InlineData("e14", true)]
    [InlineData("e25", true)]
    public void Are_patched_or_refused(string id, bool patched)
    {
        NativeDeltaResult result = NativeDelta.Make(Baseline.Value, Compile(SampleEdits.SourcesOf(id)));
        Assert.True(patched == result.Refusals.IsEmpty, string.Join('\n', result.Refusals.Select(r => $"{r.Id} {r.What}")));
        Assert.Equal(patched, result.Image is not null);
    }

    private static NativeProgram Compile(Dictionary<string, string> sources) =>
        NativeProgram.Of(
            [.. sources.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => ($"/src/{s.Key}", s.Value)), NativeProgram.ReservedStatics, NativeProgram.FrameworkLayouts],
            NativeProgram.PackageFlags);
}
