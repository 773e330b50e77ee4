using System.Collections.Immutable;
using HotpatchBuild.Tests.Unit.Edits;

namespace HotpatchBuild.Tests.Unit.Managed.Images;

/// <summary>
/// The thirty edits of <c>Edits/Sample/</c> as deltas of the managed engine, inside this process: the patched program, which ran before the switch, does what
/// the new build does, or the edit is refused by number. The catalogue (<c>tests/Edits</c>) has edits on live processes.
/// </summary>
public class PatchedSampleEdits
{
    private const string Driver = """
        public static class T
        {
            public static void Before() => Run();
            public static string Run() { Shop.Out.Text.Clear(); Shop.Program.Main([]).GetAwaiter().GetResult(); return Shop.Out.Text.ToString(); }
        }
        namespace Shop
        {
            public static class Out
            {
                public static readonly System.Text.StringBuilder Text = new();
                public static void WriteLine() => Text.Append('\n');
                public static void WriteLine(object? value) => Text.Append(value).Append('\n');
                public static void Write(object? value) => Text.Append(value);
            }
        }
        """;

    private static readonly Dictionary<string, string> Refused = new() { ["e27"] = "HPB1104" };

    public static TheoryData<string> Rows => SampleEdits.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Do_what_the_new_build_does_or_are_refused(string id)
    {
        LinkedDelta delta = Delta(id);
        Assert.Equal(Refused.GetValueOrDefault(id, ""), string.Join(' ', delta.Result.Refusals.Select(r => r.Id).Distinct().Order(StringComparer.Ordinal)));
        if (delta.Result.Refusals.IsEmpty)
            Assert.Equal(delta.Full(), delta.Patched());
    }

    private static LinkedDelta Delta(string id) => LinkedDelta.Of(Prepared(SampleEdits.Sources()), Prepared(SampleEdits.SourcesOf(id)));

    // The program's output goes into a text of its own: tests run side by side, and there is one console. The JSON that it writes needs a source
    // generator, which does not run here.
    private static ImmutableArray<(string Path, string Text)> Prepared(Dictionary<string, string> sources) =>
    [
        .. sources.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => ($"/src/{s.Key}", s.Value.Replace("Console.Write", "Out.Write", StringComparison.Ordinal)
            .Replace("svc.Export(); ", "\"\"; ", StringComparison.Ordinal).Replace("svc.Import(json)", "json", StringComparison.Ordinal))),
        ("/src/Driver.cs", Driver),
    ];
}
