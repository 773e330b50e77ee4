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
    private readonly Dictionary<string, IlcNode> _nodes = new(40_000, StringComparer.Ordinal);
    private readonly Dictionary<int, IlcNode[]> _bySection = [];
    private readonly Dictionary<string, IlcReference[]> _references = new(StringComparer.Ordinal);
    private uint _containerEnd;

    private IlcObject(ElfFile elf, string name)
    {
        _elf = elf;
        Name = name;
    }

    /// <summary>File name, for messages.</summary>
    public string Name { get; }

    /// <summary>All nodes by name. An alias (an exported name of a method) is a key of its own for the same node.</summary>
    public IReadOnlyDictionary<string, IlcNode> Nodes => _nodes;

    /// <summary>The stack frames of every function.</summary>
    public FrameTable Frames { get; private set; } = null!;

    public ElfFile Elf => _elf;

    /// <exception cref="HotpatchException">The files are damaged or laid out in an unknown way.</exception>
    public static IlcObject Read(ElfFile elf, IlcMap map, string name)
    {
        var result = new IlcObject(elf, name);
        foreach (IGrouping<int, ElfSymbol> group in SymbolsBySection(elf))
            result.DivideSection(elf.Sections[group.Key], [.. group.OrderBy(s => s.Value)], map);
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

    public string SymbolName(int index) => _elf.Symbols[index].Name;

    private static IEnumerable<IGrouping<int, ElfSymbol>> SymbolsBySection(ElfFile elf) =>
        from symbol in elf.Symbols
        where symbol.Place == ElfSymbolPlace.Section && symbol.Type is not (ElfSymbolType.Section or ElfSymbolType.File)
        where (elf.Sections[symbol.SectionIndex].Flags & ElfSectionFlags.Alloc) != 0 && symbol.Name.Length > 0
        group symbol by symbol.SectionIndex;

    // ILC lays out nodes one behind the other, each at its alignment. A node's length stands in the map; its symbol may stand
    // behind the node's first byte. What lies between the end of the former node and a symbol is padding (less than the
    // alignment) and the words in front of the symbol, which are whole words.
    private void DivideSection(ElfSection section, ElfSymbol[] symbols, IlcMap map)
    {
        var nodes = new List<IlcNode>(symbols.Length);
        uint end = 0;
        int at = 0;
        while (at < symbols.Length)
        {
            uint value = Offset(section, symbols[at]);
            int next = at + 1;
            while (next < symbols.Length && symbols[next].Value == value)
                next++;
            ReadOnlySpan<ElfSymbol> here = symbols.AsSpan(at, next - at);
            uint limit = next < symbols.Length ? Offset(section, symbols[next]) : (uint)section.Size;
            end = AddNodesAt(section, here, value, limit, end, map, nodes);
            at = next;
        }
        _bySection[section.Index] = [.. nodes];
    }

    private uint AddNodesAt(ElfSection section, ReadOnlySpan<ElfSymbol> symbols, uint value, uint limit, uint end, IlcMap map, List<IlcNode> nodes)
    {
        // Several nodes can share a value where one of them ends there (statics that consist of the class constructor's context only).
        IlcNode? primary = null;
        foreach (ElfSymbol symbol in symbols)
        {
            if (map.TryGet(symbol.Name, out IlcNodeKind kind, out uint length) && kind == IlcNodeKind.NonGCStatics
                && value >= end + length && length is > 0 and <= 16 && symbols.Length > 1 && length == 8)
            {
                IlcNode ended = new(symbol.Name, kind, section.Index, value - length, value, value);
                Add(ended, nodes);
                end = value;
            }
        }
        foreach (ElfSymbol symbol in symbols)
        {
            string name = symbol.Name;
            if (_nodes.ContainsKey(name))
                continue;
            IlcNode node;
            bool mapped = map.TryGet(name, out IlcNodeKind kind, out uint length);
            if (mapped && IsContainer(name, kind))
            {
                _containerEnd = value + length;
                _nodes[name] = new IlcNode(name, kind, section.Index, value, value, value);
                continue;
            }
            if (mapped)
                node = Mapped(section, symbol, kind, length, value, end);
            else if (primary is not null && !map.TryGet(name, out _, out _))
            {
                _nodes[name] = primary;
                continue;
            }
            else
                node = Unmapped(section, symbol, value, limit);
            if (primary is null)
            {
                primary = node;
                Add(node, nodes);
                end = Math.Max(end, node.End);
            }
            else
                _nodes[name] = node.Symbol == primary.Symbol && node.End == primary.End ? primary : node;
        }
        // A name without a node of its own that came before the one with it.
        foreach (ElfSymbol symbol in symbols)
        {
            if (primary is not null && _nodes[symbol.Name] is { Kind: IlcNodeKind.Unknown } && primary.Kind != IlcNodeKind.Unknown)
                _nodes[symbol.Name] = primary;
        }
        return end;
    }

    private void Add(IlcNode node, List<IlcNode> nodes)
    {
        if (nodes.Count > 0 && node.Start < nodes[^1].End)
            throw Unexpected($"{node.Name} overlaps {nodes[^1].Name}");
        nodes.Add(node);
        _nodes[node.Name] = node;
    }

    private IlcNode Mapped(ElfSection section, ElfSymbol symbol, IlcNodeKind kind, uint length, uint value, uint end)
    {
        if (section.IsExecutable)
            return new IlcNode(symbol.Name, kind, section.Index, value, value, checked(value + (uint)symbol.Size));
        uint gap = value >= end ? value - end : throw Unexpected($"{symbol.Name} begins inside the node before it");
        uint prefix = MayHavePrefix(kind) ? gap & ~7u : 0;
        if (prefix > length)
        {
            // More padding than words: the node is aligned to 16 or more bytes.
            prefix = kind == IlcNodeKind.NonGCStatics && length < 8 ? 0u : throw Unexpected($"{symbol.Name} has {length} bytes, and {gap} lie in front of it");
        }
        if (gap - prefix >= 64)
            throw Unexpected($"{gap} bytes in front of {symbol.Name} belong to nothing");
        uint start = value - prefix;
        return start + (ulong)length <= section.Size
            ? new IlcNode(symbol.Name, kind, section.Index, start, value, start + length)
            : throw Unexpected($"{symbol.Name} ends outside its section");
    }

    private IlcNode Unmapped(ElfSection section, ElfSymbol symbol, uint value, uint limit)
    {
        string name = symbol.Name;
        if (section.IsExecutable)
            return new IlcNode(name, section.Name == "__managedcode" ? IlcNodeKind.Method : IlcNodeKind.Unknown, section.Index, value, value, symbol.Size > 0 ? checked(value + (uint)symbol.Size) : limit);
        IlcNodeKind kind = name switch
        {
            _ when section.Name == ".dotnet_eh_table" => IlcNodeKind.Lsda,
            _ when name.StartsWith("__Str_", StringComparison.Ordinal) => IlcNodeKind.FrozenString,
            _ when name.StartsWith("__RuntimeType_", StringComparison.Ordinal) => IlcNodeKind.FrozenType,
            _ when name.StartsWith("__FrozenObj_", StringComparison.Ordinal) => IlcNodeKind.FrozenObject,
            _ when name.StartsWith("__InterfaceDispatchCell_", StringComparison.Ordinal) => IlcNodeKind.DispatchCell,
            _ when name.StartsWith("__THREADSTATICS", StringComparison.Ordinal) => IlcNodeKind.ThreadStatics,
            _ when (section.Flags & ElfSectionFlags.ThreadLocal) != 0 => IlcNodeKind.ThreadStatics,
            _ => IlcNodeKind.Unknown,
        };
        uint start = value;
        if (kind is IlcNodeKind.FrozenString or IlcNodeKind.FrozenType or IlcNodeKind.FrozenObject)
        {
            // ObjHeader: the 8 bytes in front of an object (src/coreclr/nativeaot/Runtime/inc or ObjectHeader.cs); the next object's
            // header ends this one.
            start = value >= 8 ? value - 8 : throw Unexpected($"{name} has no room for an object header");
            limit = value < _containerEnd ? Math.Min(limit - 8, _containerEnd) : throw Unexpected($"{name} does not lie among the frozen objects");
        }
        if (kind == IlcNodeKind.DispatchCell)
            limit = Math.Min(limit, value + DispatchCellLayout.CellSize);
        return new IlcNode(name, kind, section.Index, start, value, limit);
    }

    // Nodes that consist of other nodes which have symbols of their own; their start symbol carries nothing.
    private static bool IsContainer(string name, IlcNodeKind kind) =>
        kind == IlcNodeKind.StartupData
        && (name.StartsWith("__FrozenSegment", StringComparison.Ordinal)
            || name.StartsWith("__InterfaceDispatchCellSection", StringComparison.Ordinal)
            || name.StartsWith("__ThreadStaticRegion", StringComparison.Ordinal));

    private static bool MayHavePrefix(IlcNodeKind kind) => kind
        is IlcNodeKind.ConstructedType or IlcNodeKind.NecessaryType or IlcNodeKind.StaticsType or IlcNodeKind.Dictionary or IlcNodeKind.NonGCStatics or IlcNodeKind.PreInitializedData;

    private uint Offset(ElfSection section, ElfSymbol symbol) => symbol.Value <= section.Size && section.Size <= int.MaxValue
        ? (uint)symbol.Value
        : throw Unexpected($"{symbol.Name} lies outside its section");

    internal HotpatchException Unexpected(string what) => new(NativeDiagnostics.UnexpectedLayout.With(Name, what));
}
