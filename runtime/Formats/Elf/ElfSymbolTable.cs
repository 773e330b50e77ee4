using System.Collections;
using System.Runtime.InteropServices;

namespace HotpatchBuild.Formats.Elf;

/// <summary>A symbol table, decoded entry by entry as it is asked for. Index 0 is the null symbol.</summary>
public sealed class ElfSymbolTable : IReadOnlyList<ElfSymbol>
{
    private readonly string _file;
    private readonly ReadOnlyMemory<byte> _entries, _extendedIndices;
    private readonly ElfStringTable _names;
    private readonly string?[] _decoded;
    private readonly int _sections;

    internal ElfSymbolTable(
        string file, int section, ReadOnlyMemory<byte> entries, ReadOnlyMemory<byte> extendedIndices, ElfStringTable names, int sections)
    {
        _file = file;
        Section = section;
        _entries = entries;
        _extendedIndices = extendedIndices;
        _names = names;
        _sections = sections;
        Count = entries.Length / ElfLayout.Symbol.Size;
        _decoded = new string?[Count];
    }

    /// <summary>Index of the section that holds the table; 0 when the file has none.</summary>
    public int Section { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public ElfSymbol this[int index]
    {
        get
        {
            ElfLayout.Symbol entry = Entry(index);
            (ElfSymbolPlace place, int section) = entry.Section switch
            {
                ElfConstants.UndefinedSection => (ElfSymbolPlace.Undefined, 0),
                ElfConstants.AbsoluteSection => (ElfSymbolPlace.Absolute, 0),
                ElfConstants.CommonSection => (ElfSymbolPlace.Common, 0),
                ElfConstants.ExtendedSection => (ElfSymbolPlace.Section, ExtendedSectionOf(index)),
                >= ElfConstants.FirstReservedSection => (ElfSymbolPlace.Reserved, 0),
                _ => (ElfSymbolPlace.Section, Checked(entry.Section)),
            };
            return new ElfSymbol(this, index, entry, place, section);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<ElfSymbol> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal string NameOf(int index) => _decoded[index] ??= _names.At(Entry(index).Name);

    internal ReadOnlySpan<byte> Utf8NameOf(int index) => _names.Utf8At(Entry(index).Name);

    private ElfLayout.Symbol Entry(int index) => MemoryMarshal.Cast<byte, ElfLayout.Symbol>(_entries.Span)[index];

    private int ExtendedSectionOf(int index)
    {
        ReadOnlySpan<uint> indices = MemoryMarshal.Cast<byte, uint>(_extendedIndices.Span);
        return index < indices.Length
            ? Checked(indices[index])
            : throw ElfFile.Malformed(_file, $"symbol {index} has an extended section index that is missing");
    }

    private int Checked(uint section) => section < (uint)_sections
        ? (int)section
        : throw ElfFile.Malformed(_file, $"a symbol lies in section {section}, and there are {_sections}");
}
