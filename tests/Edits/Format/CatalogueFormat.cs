namespace HotpatchBuild.Tests.Edits.Format;

/// <summary>Catalogue files that are as they must be, and those that are not: the message begins with the file and the line.</summary>
public sealed class CatalogueFormat
{
    private const string Sample = """
        program sample
        A sample.
        Of two lines.
        --- file Main.cs
        static class Scenario
        {
            public static void Show(TextWriter print) => print.WriteLine(Text.Of(1));
        }
        --- file Lib/Text.cs
        public static class Text { public static int Of(int x) => x; }

        === first  What it is
        covers: body-method library
        managed: patched
        native: refused HPB1001 HPB1002
        why: Because.
        --- file Lib/Text.cs
        --- old
        => x;
        --- new
        => x + 1;
        --- file More.cs
        --- text
        class More;
        --- steps
        warm
        send a b
        apply
        show
        rollback
        show
        --- before
        1
        --- after
        2

        --- rolled back
        1
        --- fresh
        3

        === second  A file goes
        covers: nothing-much
        managed: nothing
        native: nothing
        --- file Lib/Text.cs
        --- gone
        --- before

        """;

    private static string Text => Sample.ReplaceLineEndings("\n");

    [Fact]
    public void All_parts_are_read()
    {
        CatalogueFile file = CatalogueReader.Read("dir/sample.txt", Text);
        Assert.Equal(("sample", "A sample.\nOf two lines."), (file.Name, file.Description));
        Assert.Equal(["Lib/Text.cs", "Main.cs"], file.Sources.Files.Keys);
        Assert.Equal(["Lib/Text.cs"], file.Sources.Library.Select(f => f.Path));
        CatalogueEdit first = file.Edits[0], second = file.Edits[1];
        Assert.Equal(("sample/first", "What it is", "dir/sample.txt:12"), (first.Key, first.Title, first.Place));
        Assert.Equal(["body-method", "library"], first.Covers.AsEnumerable());
        Assert.Equal((Fate.Patched, "", "refused HPB1001 HPB1002", "Because."), (first.Managed.Fate, first.Managed.Why, first.Native.Fate.ToString(), first.Native.Why));
        Assert.Equal("public static class Text { public static int Of(int x) => x + 1; }\n", first.Pair.After.Files["Lib/Text.cs"]);
        Assert.Equal("class More;\n", first.Pair.After.Files["More.cs"]);
        Assert.Equal([new ScriptStep(StepKind.Warm), new ScriptStep(StepKind.Send, "a b")], first.Script.Before.AsEnumerable());
        Assert.Equal((1, 1), (first.Script.After.Length, first.Script.RolledBack.Length));
        Assert.Equal(("1", "2", "1", "3"), (first.Before, first.After, first.RolledBack, first.Fresh));
        Assert.True(first.ChangesBehaviour);
        Assert.Equal(["Main.cs"], second.Pair.After.Files.Keys);
        Assert.Same(Script.Default, second.Script);
        Assert.False(second.ChangesBehaviour);
    }

    [Theory]
    [InlineData("program sample", "program Sample", 1)]
    [InlineData("program sample", "program other", 1)]
    [InlineData("--- file Main.cs", "--- file ../Main.cs", 4)]
    [InlineData("--- file Lib/Text.cs\npublic", "--- file Main.cs\npublic", 9)]
    [InlineData("=== first  What it is", "=== first What it is", 12)]
    [InlineData("=== second", "=== first", 42)]
    [InlineData("covers: body-method library", "covers:", 13)]
    [InlineData("managed: patched", "native: patched", 14)]
    [InlineData("managed: patched", "managed: fine", 14)]
    [InlineData("HPB1001 HPB1002", "HPB1002 HPB1001", 15)]
    [InlineData("HPB1001 HPB1002", "", 15)]
    [InlineData("why: Because.", "why:", 16)]
    [InlineData("--- file Lib/Text.cs\n--- old", "--- file Main.css\n--- old", 18)]
    [InlineData("--- file Lib/Text.cs\n--- old", "--- old", 17)]
    [InlineData("=> x;\n--- new", "=> y;\n--- new", 20)]
    [InlineData("=> x;\n--- new", "x\n--- new", 20)]
    [InlineData("--- new\n=> x + 1;\n", "", 20)]
    [InlineData("--- file More.cs", "--- file Main.cs", 23)]
    [InlineData("--- text\nclass More;\n", "", 12)]
    [InlineData("send a b", "send", 27)]
    [InlineData("apply\n", "", 26)]
    [InlineData("apply\n", "rollback\n", 26)]
    [InlineData("show\nrollback", "apply\nrollback", 29)]
    [InlineData("--- fresh", "--- stale", 39)]
    [InlineData("--- fresh", "--- before", 39)]
    [InlineData("--- after\n2\n", "", 12)]
    [InlineData("=> x + 1;\n--- file More.cs\n--- text\nclass More;", "=> x;", 12)]
    [InlineData("--- before\n1", "", 12)]
    public void Mistakes_are_named_with_their_line(string old, string @new, int line)
    {
        int at = Text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0);
        string changed = string.Concat(Text.AsSpan(0, at), @new, Text.AsSpan(at + old.Length));
        var problem = Assert.Throws<CatalogueFormatException>(() => CatalogueReader.Read("dir/sample.txt", changed));
        Assert.StartsWith($"dir/sample.txt:{line}: ", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_cut_off_or_left_out_gives_a_file_or_a_message()
    {
        string[] lines = Text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            Read(lines[..i]);
            Read([.. lines[..i], .. lines[(i + 1)..]]);
            Read([.. lines[..i], lines[i], .. lines[i..]]);
        }

        static void Read(string[] lines)
        {
            try
            {
                CatalogueReader.Read("sample.txt", string.Join('\n', lines));
            }
            catch (CatalogueFormatException e)
            {
                Assert.StartsWith("sample.txt:", e.Message, StringComparison.Ordinal);
            }
        }
    }
}
