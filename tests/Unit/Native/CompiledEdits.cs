using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Tests.Unit.Edits;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Native;

/// <summary>
/// The thirty edits of <c>Edits/Sample/</c>, each compiled to native code and made into a delta. All of them take minutes, so
/// a test run takes a few; with HOTPATCH_ALL_EDITS=1 it takes all and writes <c>docs/native-edits.md</c>.
/// </summary>
public class CompiledEdits
{
    private static readonly Lazy<NativeBaseline> Baseline = new(() => NativeDelta.Record(Compile(SampleEdits.Sources(), NativeProgram.PackageFlags)));

    [Theory]
    [InlineData("e01", true)]
    [InlineData("e13", false)]
    [InlineData("e14", true)]
    [InlineData("e25", true)]
    public void Are_patched_or_refused(string id, bool patched)
    {
        NativeDeltaResult result = NativeDelta.Make(Baseline.Value, Compile(SampleEdits.SourcesOf(id), NativeProgram.PackageFlags));
        Assert.True(patched == result.Refusals.IsEmpty, string.Join('\n', result.Refusals.Select(r => $"{r.Id} {r.What}")));
        Assert.Equal(patched, result.Image is not null);
    }

    [Fact]
    public void All_stand_in_the_report()
    {
        string report = Path.Combine(SampleCache.RepositoryRoot, "docs/native-edits.md");
        if (Environment.GetEnvironmentVariable("HOTPATCH_ALL_EDITS") == "1")
            File.WriteAllText(report, Report());
        string text = File.ReadAllText(report);
        Assert.All(SampleEdits.Titles, t => Assert.Contains($"| {t.Id} | {t.Title} |", text, StringComparison.Ordinal));
    }

    private static NativeProgram Compile(Dictionary<string, string> sources, ImmutableArray<string> flags) =>
        NativeProgram.Of([.. sources.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => ($"/src/{s.Key}", s.Value)), NativeProgram.ReservedStatics, NativeProgram.FrameworkLayouts], flags);

    private static string Report()
    {
        (string Name, ImmutableArray<string> Flags)[] layouts =
            [("the package's flags", NativeProgram.PackageFlags), ("all layout flags", NativeProgram.AllFlags)];
        List<(string Id, string Title, string[] Outcomes)> rows = [.. SampleEdits.Titles.Select(t => (t.Id, t.Title, new string[layouts.Length]))];
        int[] patched = new int[layouts.Length];
        List<string> details = [];
        for (int i = 0; i < layouts.Length; i++)
        {
            NativeBaseline baseline = NativeDelta.Record(Compile(SampleEdits.Sources(), layouts[i].Flags));
            foreach ((string id, _, string[] outcomes) in rows)
            {
                NativeDeltaResult result = NativeDelta.Make(baseline, Compile(SampleEdits.SourcesOf(id), layouts[i].Flags));
                outcomes[i] = Outcome(result);
                if (result.Image is not null)
                    patched[i]++;
                if (i == 0)
                    details.AddRange(result.Refusals.Take(3).Select(r => $"- {id}: {r.Id} {r.What}"));
            }
        }

        var text = new StringBuilder();
        text.AppendLine("# Which edits the native engine patches").AppendLine();
        text.AppendLine("Thirty typical bug fixes of a small shop program (`tests/Unit/Edits/Sample/`), each compiled to native code (net9.0) and made into a delta against the");
        text.AppendLine("program before it: with the flags that the package sets, and with the slower ones that keep layouts most stable (`HotpatchNoScan`,");
        text.AppendLine("`HotpatchNoPreinitializedStatics`). Patched means that a patch image came out; otherwise the diagnostics of the refusal. Written by").AppendLine();
        text.AppendLine("    HOTPATCH_ALL_EDITS=1 dotnet test tests/Unit --filter FullyQualifiedName~CompiledEdits").AppendLine();
        text.AppendLine($"| edit | what | {string.Join(" | ", layouts.Select(l => l.Name))} |");
        text.AppendLine($"| --- | --- | {string.Join(" | ", layouts.Select(_ => "---"))} |");
        foreach ((string id, string title, string[] outcomes) in rows)
            text.AppendLine($"| {id} | {title} | {string.Join(" | ", outcomes)} |");
        text.AppendLine($"| | **patched** | {string.Join(" | ", patched.Select(p => string.Create(CultureInfo.InvariantCulture, $"**{p} of {rows.Count} ({100.0 * p / rows.Count:0} %)**")))} |");
        text.AppendLine().AppendLine("## What is said about the refused ones (the package's flags)").AppendLine();
        foreach (string detail in details)
            text.AppendLine(detail);
        return text.ToString();
    }

    private static string Outcome(NativeDeltaResult result)
    {
        if (result.Image is not { } image)
            return string.Join(", ", result.Refusals.GroupBy(r => r.Id).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Count() > 1 ? $"{g.Key} (×{g.Count()})" : g.Key)) is { Length: > 0 } ids ? ids : "no change";
        int replaced = image.Functions.Count(f => f.PatchPoint is not null);
        return string.Create(CultureInfo.InvariantCulture, $"patched: {replaced} replaced, {image.Functions.Length - replaced} new, {(NativePatchImageWriter.Write(image).Length + 1023) / 1024} KB");
    }
}
