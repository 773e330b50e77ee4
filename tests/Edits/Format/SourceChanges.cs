using HotpatchBuild.Tests.Edits.Building;

namespace HotpatchBuild.Tests.Edits.Format;

/// <summary>Changes a program's sources as an edit says: texts replaced, files added, files removed.</summary>
internal sealed class SourceChanges(CatalogueLines lines, ProgramSources before)
{
    private string? _file, _old;
    private bool _done = true;

    /// <summary>The sources with the changes so far.</summary>
    public ProgramSources After { get; private set; } = before;

    /// <summary>Takes a section of an edit.</summary>
    /// <returns>False when it is none that changes sources.</returns>
    public bool Take(string section, int line)
    {
        if (section.StartsWith("file ", StringComparison.Ordinal))
        {
            End(line);
            (_file, _done) = (section["file ".Length..], false);
            Expect(lines.TakeText().Length == 0, line, "Behind a file of an edit comes '--- old', '--- text' or '--- gone'.");
            return true;
        }
        if (section is not ("old" or "new" or "text" or "gone"))
            return false;
        Expect(_file is not null, line, $"'--- {section}' has no '--- file' before it.");
        string file = _file!, text = lines.TakeText();
        bool exists = After.Files.ContainsKey(file);
        switch (section)
        {
            case "old":
                Expect(_old is null, line, "'--- old' has no '--- new' behind it.");
                Expect(exists, line, $"The program has no file {file}.");
                Expect(text.Length > 0, line, "'--- old' is empty.");
                _old = text;
                return true;
            case "new":
                Expect(_old is not null, line, "'--- new' has no '--- old' before it.");
                int at = After.Files[file].IndexOf(_old!, StringComparison.Ordinal);
                Expect(at >= 0, line, $"{file} does not have the old text.");
                Expect(After.Files[file].IndexOf(_old!, at + 1, StringComparison.Ordinal) < 0, line, $"{file} has the old text more than once.");
                After = After.With(file, string.Concat(After.Files[file].AsSpan(0, at), text, After.Files[file].AsSpan(at + _old!.Length)));
                _old = null;
                break;
            case "text":
                Expect(!exists, line, $"The program has a file {file} already.");
                After = After.With(file, text + "\n");
                break;
            case "gone":
                Expect(exists, line, $"The program has no file {file}.");
                Expect(text.Length == 0, line, "Nothing can stand behind '--- gone'.");
                After = After.Without(file);
                break;
        }
        _done = true;
        return true;
    }

    /// <summary>Checks that nothing is left open.</summary>
    public void End(int line)
    {
        Expect(_old is null, line, "'--- old' has no '--- new' behind it.");
        Expect(_done, line, $"Nothing is said of {_file}.");
    }

    private void Expect(bool condition, int line, string problem)
    {
        if (!condition)
            throw lines.ErrorAt(line, problem);
    }
}
