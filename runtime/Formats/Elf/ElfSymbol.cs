namespace HotpatchBuild.Formats.Elf;

/// <summary>A symbol. Its name is read when it is asked for.</summary>
public readonly struct ElfSymbol
{
    private readonly ElfSymbolTable _table;
    private readonly byte _info, _other;

    internal ElfSymbol(ElfSymbolTable table, int index, in ElfLayout.Symbol entry, ElfSymbolPlace place, int sectionIndex)
    {
        _table = table;
        _info = entry.Info;
        _other = entry.Other;
        Index = index;
        Value = entry.Value;
        Size = entry.Length;
        Place = place;
        SectionIndex = sectionIndex;
    }

    /// <summary>Its index in the symbol table; relocations use it.</summary>
    public int Index { get; }

    /// <summary>The offset in its section (object) or its link-time virtual address (executable).</summary>
    public ulong Value { get; }

    /// <summary>Its bytes; 0 where unknown.</summary>
    public ulong Size { get; }

    /// <summary>Where <see cref="Value"/> belongs.</summary>
    public ElfSymbolPlace Place { get; }

    /// <summary>Index of its section; 0 unless <see cref="Place"/> is <see cref="ElfSymbolPlace.Section"/>.</summary>
    public int SectionIndex { get; }

    /// <summary>What it stands for.</summary>
    public ElfSymbolType Type => (ElfSymbolType)(_info & 15);

    /// <summary>Who sees it.</summary>
    public ElfSymbolBinding Binding => (ElfSymbolBinding)(_info >> 4);

    /// <summary>How far it is visible.</summary>
    public ElfSymbolVisibility Visibility => (ElfSymbolVisibility)(_other & 3);

    /// <summary>Its name; empty where it has none.</summary>
    public string Name => _table.NameOf(Index);

    /// <summary>Its name as it stands in the file.</summary>
    public ReadOnlySpan<byte> Utf8Name => _table.Utf8NameOf(Index);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Type} {Place} {SectionIndex}:0x{Value:x}+{Size}";
}
