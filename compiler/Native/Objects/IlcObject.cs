using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Compiler.Native.Objects;

/// <summary>
/// An object file of the NativeAOT compiler (ILC), divided into its nodes, with every reference between them: those that the
/// file has relocations for, and those that ILC's object writer resolved itself because both ends lie in one section.
/// </summary>
internal sealed class IlcObject
{
    private readonly ElfFile _elf;
    private readonly Func<string, string> _rename;
    private readonly Dictionary<string, IlcNode> _nodes = new(40_000, StringComparer.Ordinal);
    private readonly Dictionary<int, IlcNode[]> _bySection = [];
    private readonly Dictionary<string, IlcReference[]> _references = new(StringComparer.Ordinal);

    private uint? _hasPointersFlag;

    private IlcObject(ElfFile elf, string name, Func<string, string> rename)
    {
        _elf = elf;
        _rename = rename;
        Name = name;
    }

    /// <summary>File name, for messages.</summary>
    public string Name { get; }

    /// <summary>All nodes by name. An alias (an exported name of a method) is a key of its own for the same node.</summary>
    public IReadOnlyDictionary<string, IlcNode> Nodes => _nodes;

    /// <summary>The stack frames of every function.</summary>
    public FrameTable Frames { get; private set; } = null!;

    public ElfFile Elf => _elf;

    /// <summary>The flag of a MethodTable that says that a GCDesc stands in front.</summary>
    public uint HasPointersFlag => _hasPointersFlag ??= RecognisePointersFlag();

    /// <summary>Reads an object file.</summary>
    /// <param name="elf">The file.</param>
    /// <param name="map">Its map.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="rename">Gives a symbol the name under which it is to be known.</param>
    /// <exception cref="HotpatchException">The files are damaged or laid out in an unknown way.</exception>
    public static IlcObject Read(ElfFile elf, IlcMap map, string name, Func<string, string> rename)
    {
        var result = new IlcObject(elf, name, rename);
        foreach (IGrouping<int, ElfSymbol> group in SymbolsBySection(elf))
            result._bySection[group.Key] = new NodeDivider(name, elf, elf.Sections[group.Key], map, rename, result._nodes).Divide([.. group.OrderBy(s => s.Value)]);
        result.Frames = FrameTable.Read(elf, result);
        return result;
    }

    public ElfSection SectionOf(IlcNode node) => _elf.Sections[node.Section];

    /// <summary>A node's bytes as they stand in the object file; zeros for zero-filled data.</summary>
    public byte[] BytesOf(IlcNode node)
    {
        byte[] bytes = new byte[node.Size];
        _elf.CopySection(SectionOf(node), node.Start, bytes);
        return bytes;
    }

    /// <summary>A node's references, sorted by offset.</summary>
    public ReadOnlySpan<IlcReference> ReferencesOf(IlcNode node)
    {
        if (!_references.TryGetValue(node.Name, out IlcReference[]? references))
            _references[node.Name] = references = new ReferenceReader(this, node).Read();
        return references;
    }

    /// <summary>The node that covers an offset of a section, or null.</summary>
    public IlcNode? NodeAt(int section, uint offset)
    {
        if (!_bySection.TryGetValue(section, out IlcNode[]? nodes))
            return null;
        int low = 0, high = nodes.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (nodes[middle].Start <= offset)
                low = middle + 1;
            else
                high = middle;
        }
        return low > 0 && offset < nodes[low - 1].End ? nodes[low - 1] : null;
    }

    /// <summary>The node whose symbol stands at an offset of a section, or null. A symbol can stand at its node's end: statics that consist of their class constructor's context only.</summary>
    public IlcNode? NodeWithSymbolAt(int section, uint offset)
    {
        if (NodeAt(section, offset) is { } node && node.Symbol == offset)
            return node;
        return offset > 0 && NodeAt(section, offset - 1) is { } before && before.Symbol == offset ? before : null;
    }

    /// <summary>The interface method's slot that a dispatch cell calls; it stands at the end of the cell's run.</summary>
    public uint DispatchSlotOf(IlcNode cell)
    {
        ElfSection section = SectionOf(cell);
        Span<byte> end = stackalloc byte[DispatchCellLayout.CellSize];
        for (uint at = cell.Start + DispatchCellLayout.CellSize; at + DispatchCellLayout.CellSize <= section.Size; at += DispatchCellLayout.CellSize)
        {
            if (!_elf.RelocationsIn(section, at, at + 8).IsEmpty)
                continue;
            _elf.CopySection(section, at, end);
            return System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(end) == 0
                ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(end[DispatchCellLayout.SlotOffset..])
                : throw Unexpected($"the run of {cell.Name} has no end");
        }
        throw Unexpected($"the run of {cell.Name} has no end");
    }

    private uint RecognisePointersFlag()
    {
        uint flag = MethodTableLayout.RecognisePointersFlag(_nodes.Values.Where(node => node.Kind == IlcNodeKind.ConstructedType).Select(Flags));
        return flag != 0 ? flag : throw Unexpected("no flag of its MethodTables tells which have a GCDesc");

        (uint, bool) Flags(IlcNode type)
        {
            Span<byte> flags = stackalloc byte[4];
            _elf.CopySection(SectionOf(type), type.Symbol, flags);
            return (System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(flags), type.Prefix > 0);
        }
    }

    public string SymbolName(int index) => _rename(_elf.Symbols[index].Name);

    private static IEnumerable<IGrouping<int, ElfSymbol>> SymbolsBySection(ElfFile elf) =>
        from symbol in elf.Symbols
        where symbol.Place == ElfSymbolPlace.Section && symbol.Type is not (ElfSymbolType.Section or ElfSymbolType.File)
        where (elf.Sections[symbol.SectionIndex].Flags & ElfSectionFlags.Alloc) != 0 && symbol.Name.Length > 0
        group symbol by symbol.SectionIndex;

    internal HotpatchException Unexpected(string what) => new(NativeDiagnostics.UnexpectedLayout.With(Name, what));
}
