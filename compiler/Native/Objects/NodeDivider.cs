using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Compiler.Native.Objects;

/// <summary>
/// Divides a section of an ILC object file into its nodes. ILC lays them out one behind the other, each at its alignment. A node's length
/// stands in the map; its symbol may stand behind its first byte. So what lies between the end of the former node and a symbol is padding
/// (less than the alignment) and then the words in front of the symbol. What does not tile is an error.
/// </summary>
internal sealed class NodeDivider(string file, ElfFile elf, ElfSection section, IlcMap map, Func<string, string> rename, Dictionary<string, IlcNode> byName)
{
    private const uint Word = 8;

    // No node of ILC is aligned to more than this (AlignedStringNode, MethodReadOnlyData for vectors).
    private const uint LargestAlignment = 64;

    private readonly List<IlcNode> _nodes = [];
    private readonly HashSet<string> _ambiguous = [];
    private uint _end, _containerEnd;

    /// <summary>Divides the section.</summary>
    /// <param name="symbols">Its symbols, sorted by value.</param>
    /// <returns>The nodes, sorted by their place.</returns>
    public IlcNode[] Divide(ElfSymbol[] symbols)
    {
        for (int at = 0, next; at < symbols.Length; at = next)
        {
            uint value = OffsetOf(symbols[at]);
            for (next = at + 1; next < symbols.Length && symbols[next].Value == value; next++)
            {
            }
            AddNodesAt(value, symbols[at..next], next < symbols.Length ? OffsetOf(symbols[next]) : (uint)section.Size);
        }
        return [.. _nodes];
    }

    private void AddNodesAt(uint value, ElfSymbol[] symbols, uint limit)
    {
        var names = symbols.ToList();
        names.RemoveAll(s => AddContainer(s) || AddEmpty(s));
        AddStaticsThatEndAt(value, names);
        // A method can have a second, exported name, which is not in the map.
        ElfSymbol[] mapped = [.. names.Where(s => map.TryGet(s.Name, out _, out _))];
        if (mapped.Length > 1)
            throw Unexpected($"{mapped[0].Name} and {mapped[1].Name} lie at the same place");
        if (names.Count == 0)
            return;
        ElfSymbol primary = mapped.Length > 0 ? mapped[0] : names[0];
        IlcNode node = mapped.Length > 0 ? Mapped(primary, value) : Unmapped(primary, value, limit);
        Add(node);
        foreach (ElfSymbol alias in names)
        {
            if (byName.TryAdd(rename(alias.Name), node) || ReferenceEquals(byName[rename(alias.Name)], node))
                continue;
            throw Unexpected($"two nodes are called {rename(alias.Name)}");
        }
    }

    // A node that consists of nodes which have symbols of their own: it carries nothing but its beginning.
    private bool AddContainer(ElfSymbol symbol)
    {
        string name = symbol.Name;
        bool isContainer = map.TryGet(name, out IlcNodeKind kind, out uint length) && kind == IlcNodeKind.StartupData
            && (name.StartsWith("__FrozenSegment", StringComparison.Ordinal)
                || name.StartsWith("__InterfaceDispatchCellSection", StringComparison.Ordinal)
                || name.StartsWith("__ThreadStaticRegion", StringComparison.Ordinal));
        if (!isContainer)
            return false;
        uint start = OffsetOf(symbol);
        _containerEnd = start + length;
        byName[rename(name)] = new IlcNode(rename(name), kind, section.Index, start, start, start);
        return true;
    }

    private bool AddEmpty(ElfSymbol symbol)
    {
        if (!map.TryGet(symbol.Name, out IlcNodeKind kind, out uint length) || length != 0)
            return false;
        byName[rename(symbol.Name)] = Node(symbol, kind, OffsetOf(symbol), OffsetOf(symbol), symbol.Value);
        return true;
    }

    // Statics that consist of nothing but the class constructor's context in front of the symbol end where the symbol is, and the
    // next node begins there.
    private void AddStaticsThatEndAt(uint value, List<ElfSymbol> names)
    {
        if (names.Count < 2 || value < _end + Word)
            return;
        ElfSymbol[] ended = [.. names.Where(s => map.TryGet(s.Name, out IlcNodeKind kind, out uint length) && kind == IlcNodeKind.NonGCStatics && length == Word)];
        if (ended.Length == 0)
            return;
        // Which of two it is cannot be told; as nodes of an unknown kind they are refused where a patch needs them.
        if (ended.Length > 1)
            _ambiguous.UnionWith(ended.Select(s => s.Name));
        Add(Node(ended[0], IlcNodeKind.NonGCStatics, value - Word, value, value));
        names.Remove(ended[0]);
    }

    private void Add(IlcNode node)
    {
        if (node.Start < _end)
            throw Unexpected($"{node.Name} overlaps {_nodes[^1].Name}");
        _nodes.Add(node);
        _end = Math.Max(_end, node.Kind is IlcNodeKind.FrozenString or IlcNodeKind.FrozenType or IlcNodeKind.FrozenObject && node.End + Word == _containerEnd ? _containerEnd : node.End);
        // A renaming that gives two nodes one name would make one stand for the other.
        if (!byName.TryAdd(node.Name, node))
            throw Unexpected($"two nodes are called {node.Name}");
    }

    private IlcNode Mapped(ElfSymbol symbol, uint value)
    {
        map.TryGet(symbol.Name, out IlcNodeKind kind, out uint length);
        if (section.IsExecutable)
            return Node(symbol, kind, value, value, value + SizeOfCode(symbol, length));
        uint gap = value >= _end ? value - _end : throw Unexpected($"{symbol.Name} begins inside the node before it");
        uint prefix = kind == IlcNodeKind.NonGCStatics ? StaticsPrefix(symbol, value, gap, length) : MayHavePrefix(kind) ? gap & ~(Word - 1) : 0;
        if (prefix > length)
            throw Unexpected($"{symbol.Name} has {length} bytes, and {gap} lie in front of it");
        if (gap - prefix >= LargestAlignment)
            throw Unexpected($"{gap} bytes in front of {symbol.Name} belong to nothing");
        return Node(symbol, kind, value - prefix, value, (ulong)(value - prefix) + length);
    }

    // NonGCStaticsNode.cs: with a class constructor's context in front, the symbol stands at the first multiple of the fields' alignment
    // behind the context; the word before the symbol is the context, which holds the constructor's address, or zero where ILC has run the
    // constructor itself. Fields of 16 bytes (Int128) have padding in front with and without a context.
    private uint StaticsPrefix(ElfSymbol symbol, uint value, uint gap, uint length)
    {
        if (gap < Word || section.Type == ElfSectionType.NoBits)
            return 0;
        if (!elf.RelocationsIn(section, value - Word, value).IsEmpty)
            return gap < 2 * Word ? Word : gap < 4 * Word ? 2 * Word : 4 * Word;
        if (value % (2 * Word) != 0 || length % (2 * Word) != 0)
            return Word;
        // Padding or a context that is zero: it cannot be told, so what needs it is refused.
        _ambiguous.Add(symbol.Name);
        return 0;
    }

    // ILC 8.0 gives a size to methods with line numbers only (ObjectWriter.cs: EmitDebugFunctionInfo), not to generated ones and to stubs.
    private ulong SizeOfCode(ElfSymbol symbol, uint length) => symbol.Size == 0 ? length
        : symbol.Size == length ? symbol.Size : throw Unexpected($"{symbol.Name} has {symbol.Size} bytes, and {length} in the map");

    private IlcNode Unmapped(ElfSymbol symbol, uint value, uint limit)
    {
        string name = symbol.Name;
        if (section.IsExecutable)
            return Node(symbol, section.Name == "__managedcode" ? IlcNodeKind.Method : IlcNodeKind.Unknown, value, value, symbol.Size > 0 ? value + symbol.Size : limit);
        IlcNodeKind kind = name switch
        {
            _ when section.Name == ".dotnet_eh_table" => IlcNodeKind.Lsda,
            _ when (section.Flags & ElfSectionFlags.ThreadLocal) != 0 => IlcNodeKind.ThreadStatics,
            _ when name.StartsWith("__Str_", StringComparison.Ordinal) => IlcNodeKind.FrozenString,
            _ when name.StartsWith("__RuntimeType_", StringComparison.Ordinal) => IlcNodeKind.FrozenType,
            _ when name.StartsWith("__FrozenObj_", StringComparison.Ordinal) => IlcNodeKind.FrozenObject,
            _ when name.StartsWith("__InterfaceDispatchCell_", StringComparison.Ordinal) => IlcNodeKind.DispatchCell,
            _ when name.StartsWith("__THREADSTATICS", StringComparison.Ordinal) => IlcNodeKind.ThreadStatics,
            _ => IlcNodeKind.Unknown,
        };
        return kind switch
        {
            // The object header is the word in front of an object; the next object's header ends this one. Behind the last one stands a word
            // of zeros (ArrayOfFrozenObjectsNode.cs), which is not part of it: with another object behind it, it would seem to have changed.
            IlcNodeKind.FrozenString or IlcNodeKind.FrozenType or IlcNodeKind.FrozenObject => value >= Word && value < _containerEnd
                ? Node(symbol, kind, value - Word, value, Math.Min(limit, _containerEnd) - Word)
                : throw Unexpected($"{name} does not lie among the frozen objects"),
            IlcNodeKind.DispatchCell => Node(symbol, kind, value, value, Math.Min(limit, value + DispatchCellLayout.CellSize)),
            _ => Node(symbol, kind, value, value, limit),
        };
    }

    private IlcNode Node(ElfSymbol symbol, IlcNodeKind kind, uint start, uint value, ulong end) => end >= value && end <= section.Size
        ? new IlcNode(rename(symbol.Name), _ambiguous.Contains(symbol.Name) ? IlcNodeKind.Unknown : kind, section.Index, start, value, (uint)end)
        : throw Unexpected($"{symbol.Name} ends outside its section");

    // A GCDesc, a dictionary's header.
    private static bool MayHavePrefix(IlcNodeKind kind) => kind
        is IlcNodeKind.ConstructedType or IlcNodeKind.NecessaryType or IlcNodeKind.StaticsType or IlcNodeKind.Dictionary or IlcNodeKind.PreInitializedData;

    private uint OffsetOf(ElfSymbol symbol) => symbol.Value <= section.Size && section.Size <= int.MaxValue
        ? (uint)symbol.Value
        : throw Unexpected($"{symbol.Name} lies outside its section");

    private HotpatchException Unexpected(string what) => new(NativeDiagnostics.UnexpectedLayout.With(file, what));
}
