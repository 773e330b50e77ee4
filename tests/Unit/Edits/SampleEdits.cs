using HotpatchBuild.Compiler.Edits;

namespace HotpatchBuild.Tests.Unit.Edits;

/// <summary>Thirty edits of the kind that fix bugs, over a small shop program (<c>Sample/</c>).</summary>
public class SampleEdits
{
    private static readonly Lazy<Dictionary<string, Row>> Table = new(() => Read().ToDictionary(r => r.Name[..3]));
    private static readonly Lazy<AssemblyRevision> Baseline = new(() => Compile(Sources()));

    public static TheoryData<string> Rows => [.. Table.Value.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Says_what_the_row_expects(string id) => Assert.Equal(Table.Value[id].Expected, Actual(id));

    [Fact]
    public void Are_thirty() => Assert.Equal(30, Table.Value.Count);

    internal static string Actual(string id) => EditCase.Text(AssemblyComparison.Compare(Baseline.Value, Compile(SourcesOf(id))));

    /// <summary>The program's sources by file name.</summary>
    internal static Dictionary<string, string> Sources() => Directory.GetFiles(Folder(), "*.cs").ToDictionary(f => Path.GetFileName(f), File.ReadAllText);

    /// <summary>The program's sources after an edit.</summary>
    internal static Dictionary<string, string> SourcesOf(string id)
    {
        var row = Table.Value[id];
        var sources = Sources();
        foreach (var (old, @new) in row.Changes)
        {
            Assert.Contains(old, sources[row.File], StringComparison.Ordinal);
            sources[row.File] = sources[row.File].Replace(old, @new, StringComparison.Ordinal);
        }
        return sources;
    }

    internal static string Folder() => Path.Combine(AppContext.BaseDirectory, "Edits", "Sample");

    private static AssemblyRevision Compile(Dictionary<string, string> sources) =>
        Compiled.From(sources.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => ($"/src/{s.Key}", s.Value)), program: true);

    private static IEnumerable<Row> Read()
    {
        foreach (var block in ("\n" + File.ReadAllText(Path.Combine(Folder(), "edits.txt")).ReplaceLineEndings("\n")).Split("\n=== ", StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = block.Split("\n--- ");
            var changes = new List<(string, string)>();
            string file = "", old = "", expected = "";
            foreach (var part in parts[1..])
            {
                if (part.StartsWith("file ", StringComparison.Ordinal)) file = part[5..].Trim();
                else if (part.StartsWith("old\n", StringComparison.Ordinal)) old = part[4..].TrimEnd('\n');
                else if (part.StartsWith("new\n", StringComparison.Ordinal)) changes.Add((old, part[4..].TrimEnd('\n')));
                else if (part.StartsWith("expect", StringComparison.Ordinal)) expected = part["expect".Length..].Trim('\n');
                else throw new InvalidDataException($"'{parts[0]}' has the unknown part '{part}'.");
            }
            yield return new Row(parts[0].Trim(), file, changes, expected);
        }
    }

    private sealed record Row(string Name, string File, List<(string Old, string New)> Changes, string Expected);
}
