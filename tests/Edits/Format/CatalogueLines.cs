namespace HotpatchBuild.Tests.Edits.Format;

/// <summary>The lines of a catalogue file, read one after the other.</summary>
internal sealed class CatalogueLines(string file, string text)
{
    private const string EditMark = "=== ", SectionMark = "--- ";

    private readonly string[] _lines = text.TrimEnd('\n').Split('\n');
    private int _next;

    /// <summary>The line that is read next, 1-based.</summary>
    public int Number => _next + 1;

    public bool AtEnd => _next >= _lines.Length;

    public bool AtEdit => !AtEnd && _lines[_next].StartsWith(EditMark, StringComparison.Ordinal);

    public bool AtSection => !AtEnd && _lines[_next].StartsWith(SectionMark, StringComparison.Ordinal);

    /// <summary>The next line's text; null at the end.</summary>
    public string? Peek() => AtEnd ? null : _lines[_next];

    public string Take() => AtEnd ? throw Error("The file ends too early.") : _lines[_next++];

    /// <summary>The name of the edit or the section that begins here.</summary>
    public string TakeMarked() => Take()[EditMark.Length..];

    /// <summary>The lines up to the next edit or section, without the empty ones at their end.</summary>
    public string TakeText()
    {
        int first = _next;
        while (!AtEnd && !AtEdit && !AtSection)
        {
            if (_lines[_next] is "---" or "===" || _lines[_next].StartsWith("=== ", StringComparison.Ordinal))
                throw Error($"A line '{_lines[_next]}' names nothing.");
            _next++;
        }
        return string.Join('\n', _lines[first.._next]).TrimEnd('\n');
    }

    public CatalogueFormatException Error(string problem) => ErrorAt(Math.Min(Number, _lines.Length), problem);

    public CatalogueFormatException ErrorAt(int line, string problem) => new(file, line, problem);
}
