using System.Text.RegularExpressions;
using HotpatchBuild.Tests.Edits.Building;

namespace HotpatchBuild.Tests.Edits.Format;

/// <summary>Reads a file of the catalogue. Any text gives either a file or a <see cref="CatalogueFormatException"/>.</summary>
internal sealed partial class CatalogueReader
{
    private static readonly string[] s_prints = ["before", "after", "rolled back", "fresh"];

    private readonly CatalogueLines _lines;
    private readonly string _file;
    private readonly HashSet<string> _ids = [];
    private string _program = "";
    private ProgramSources _sources = ProgramSources.None;

    private CatalogueReader(string file, string text)
    {
        _file = file;
        _lines = new CatalogueLines(file, text);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its name, for messages; without folder and extension it is the program's name.</param>
    /// <param name="text">What stands in it, with LF at the ends of lines.</param>
    public static CatalogueFile Read(string file, string text) => new CatalogueReader(file, text).Read();

    private CatalogueFile Read()
    {
        Match program = ProgramLine().Match(_lines.Take());
        Expect(program.Success, 1, "The first line must be 'program NAME', the name of lower-case letters, digits and hyphens.");
        _program = program.Groups[1].Value;
        Expect(_program == Path.GetFileNameWithoutExtension(_file), 1, $"The program must have the name of its file, {Path.GetFileNameWithoutExtension(_file)}.");
        string description = _lines.TakeText();
        Expect(description.Length > 0, 2, "The program has no description.");
        while (_lines.AtSection)
            TakeFile();
        Expect(!_sources.Files.IsEmpty, _lines.Number, "The program has no files.");
        List<CatalogueEdit> edits = [];
        while (!_lines.AtEnd)
            edits.Add(TakeEdit());
        return new CatalogueFile(_file, _program, description, _sources, [.. edits]);
    }

    private void TakeFile()
    {
        int line = _lines.Number;
        string section = _lines.TakeMarked();
        Match file = FileSection().Match(section);
        Expect(file.Success, line, $"'--- {section}' must be '--- file PATH' of a C# file, or the first edit ('=== ID  TITLE').");
        Expect(!_sources.Files.ContainsKey(file.Groups[1].Value), line, "The file stands here twice.");
        _sources = _sources.With(file.Groups[1].Value, _lines.TakeText() + "\n");
    }

    private CatalogueEdit TakeEdit()
    {
        int line = _lines.Number;
        Match title = EditLine().Match(_lines.TakeMarked());
        Expect(title.Success, line, "An edit begins with '=== ID  TITLE': lower-case letters, digits and hyphens, two spaces, a text.");
        string id = title.Groups[1].Value;
        Expect(_ids.Add(id), line, $"Another edit has the name {id}.");
        string[] covers = TakeNamed("covers", CoversText()).Split(' ');
        ExpectedFate managed = TakeFate("managed"), native = TakeFate("native");
        Expect(_lines.AtSection, _lines.Number, "Here a section must begin ('--- file PATH').");

        SourceChanges changes = new(_lines, _sources);
        Dictionary<string, string> prints = [];
        Script script = Script.Default;
        while (_lines.AtSection)
        {
            int at = _lines.Number;
            string section = _lines.TakeMarked();
            if (changes.Take(section, at))
                continue;
            if (section == "steps")
            {
                Expect(script.IsDefault, at, "The edit has steps already.");
                script = ScriptReader.Read(_lines.TakeText(), (i, problem) => _lines.ErrorAt(at + 1 + i, problem));
            }
            else
            {
                Expect(s_prints.Contains(section), at, $"There is no section '--- {section}'.");
                Expect(prints.TryAdd(section, _lines.TakeText()), at, $"The edit has a section '--- {section}' already.");
            }
        }
        changes.End(line);
        Expect(!changes.After.Files.SequenceEqual(_sources.Files), line, "The edit changes nothing.");
        Expect(prints.ContainsKey("before"), line, "The edit has no section '--- before'.");
        bool patched = managed.Fate.Kind == FateKind.Patched || native.Fate.Kind == FateKind.Patched;
        Expect(!patched || prints.ContainsKey("after") && prints.ContainsKey("rolled back"), line, "An edit that is patched needs the sections '--- after' and '--- rolled back'.");
        return new CatalogueEdit
        {
            Program = _program,
            Id = id,
            Title = title.Groups[2].Value,
            Place = $"{_file}:{line}",
            Covers = [.. covers],
            Managed = managed,
            Native = native,
            Pair = new ProgramPair($"{_program}/{id}", _sources, changes.After),
            Script = script,
            Before = prints["before"],
            After = prints.GetValueOrDefault("after"),
            RolledBack = prints.GetValueOrDefault("rolled back"),
            Fresh = prints.GetValueOrDefault("fresh") ?? prints.GetValueOrDefault("after"),
        };
    }

    private ExpectedFate TakeFate(string engine)
    {
        int line = _lines.Number;
        string[] words = TakeNamed(engine, FateText()).Split(' ');
        Fate fate = words[0] switch { "patched" => Fate.Patched, "nothing" => Fate.Nothing, _ => Fate.Refused(words[1..]) };
        Expect(fate.Ids.SequenceEqual(words[1..]), line, "Numbers must be ascending, each once.");
        string why = _lines.Peek() is { } next && next.StartsWith("why:", StringComparison.Ordinal) ? TakeNamed("why", WhyText()) : "";
        return new ExpectedFate(fate, why);
    }

    private string TakeNamed(string name, Regex form)
    {
        int line = _lines.Number;
        string text = _lines.Take();
        Expect(text.StartsWith(name + ": ", StringComparison.Ordinal), line, $"Here must stand '{name}: …'.");
        string value = text[(name.Length + 2)..];
        Expect(form.IsMatch(value), line, $"'{value}' is not what '{name}:' can have.");
        return value;
    }

    private void Expect(bool condition, int line, string problem)
    {
        if (!condition)
            throw _lines.ErrorAt(line, problem);
    }

    [GeneratedRegex("^program ([a-z0-9-]+)$")]
    private static partial Regex ProgramLine();

    [GeneratedRegex(@"^file ((?:[A-Za-z0-9]+/)*[A-Za-z0-9.]+\.cs)$")]
    private static partial Regex FileSection();

    [GeneratedRegex("^([a-z0-9-]+)  ([^ ].*)$")]
    private static partial Regex EditLine();

    [GeneratedRegex("^[a-z0-9-]+( [a-z0-9-]+)*$")]
    private static partial Regex CoversText();

    [GeneratedRegex("^(patched|nothing|refused( HPB[0-9]{4})+)$")]
    private static partial Regex FateText();

    [GeneratedRegex("^[^ ].*$")]
    private static partial Regex WhyText();
}
