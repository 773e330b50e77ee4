using System.Buffers.Binary;
using System.Collections.Immutable;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>A symbol of the linked baseline executable.</summary>
/// <param name="Name">Symbol name.</param>
/// <param name="Value">Link-time virtual address; for a thread-local one the offset in the TLS segment.</param>
/// <param name="IsThreadLocal">True for STT_TLS.</param>
internal readonly record struct LinkedSymbol(string Name, ulong Value, bool IsThreadLocal);

/// <summary>
/// Where everything of the baseline's object file lies in the linked executable. The linker keeps each section of ILC's object in one
/// piece, so one base address per section tells all; every symbol is checked against it.
/// </summary>
internal sealed class LinkedBaseline
{
    private readonly IlcObject _object;
    private readonly ElfFile _executable;
    private readonly Dictionary<int, ulong> _sectionBase = [];
    private readonly Dictionary<string, ulong?> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ulong> _threadLocal = new(StringComparer.Ordinal);
    private readonly Lazy<Dictionary<string, ulong>> _resolvedByLinker;

    /// <exception cref="HotpatchException">The executable was not linked from this object file.</exception>
    public LinkedBaseline(IlcObject @object, ElfFile executable, IEnumerable<LinkedSymbol> symbols)
    {
        _object = @object;
        _executable = executable;
        _resolvedByLinker = new(ReadLinkerResolutions);
        foreach (LinkedSymbol symbol in symbols)
        {
            if (symbol.IsThreadLocal)
                _threadLocal[symbol.Name] = symbol.Value;
            else if (_symbols.TryGetValue(symbol.Name, out ulong? other) && other != symbol.Value)
                _symbols[symbol.Name] = null;
            else
                _symbols[symbol.Name] = symbol.Value;
        }
        PlaceSections();
    }

    public ElfFile Executable => _executable;

    public ImmutableArray<byte> BuildId => [.. _executable.BuildId.Span];

    /// <summary>The link-time virtual address of a node's symbol.</summary>
    public ulong AddressOf(IlcNode node) => _sectionBase.TryGetValue(node.Section, out ulong start)
        ? start + node.Symbol
        : throw Differs($"section {_object.SectionOf(node).Name} is not in it");

    /// <summary>The link-time virtual address of what the object file does not define: the runtime's native part and the system's libraries.</summary>
    public ulong AddressOfExternal(string name, string neededBy)
    {
        // What the linker stored for a reference of the baseline is the truth for that name: it may be a PLT entry, which has no symbol.
        if (_resolvedByLinker.Value.TryGetValue(name, out ulong address))
            return address;
        return _symbols.TryGetValue(name, out ulong? symbol)
            ? symbol ?? throw new HotpatchException(NativeDiagnostics.AmbiguousSymbol.With(neededBy, name))
            : throw new HotpatchException(NativeDiagnostics.MissingSymbol.With(neededBy, name));
    }

    /// <summary>The distance of a thread-local symbol from the thread pointer, a negative number (x86-64 psABI and "ELF Handling For Thread-Local Storage", variant II).</summary>
    public int ThreadPointerOffsetOf(string name, string neededBy)
    {
        if (!_threadLocal.TryGetValue(name, out ulong offset))
            throw new HotpatchException(NativeDiagnostics.NewThreadStatics.With(name));
        ElfSegment segment = _executable.FindSegment(ElfSegmentType.ThreadLocal) ?? throw Differs($"it has no thread-local storage, and {neededBy} uses it");
        ulong align = Math.Max(segment.Alignment, 1);
        return checked((int)((long)offset - (long)((segment.MemorySize + align - 1) / align * align)));
    }

    public byte[] ReadCode(ulong address, int length)
    {
        byte[] bytes = new byte[length];
        _executable.ReadAt(address, bytes);
        return bytes;
    }

    private void PlaceSections()
    {
        foreach (IlcNode node in _object.Nodes.Values)
        {
            if (node.Kind == IlcNodeKind.ThreadStatics || !_symbols.TryGetValue(node.Name, out ulong? address) || address is not { } value)
                continue;
            ulong start = value - node.Symbol;
            if (!_sectionBase.TryGetValue(node.Section, out ulong known))
                _sectionBase[node.Section] = start;
            else if (known != start)
                throw Differs($"{node.Name} is not where its section is");
        }
    }

    private Dictionary<string, ulong> ReadLinkerResolutions()
    {
        var result = new Dictionary<string, ulong>(StringComparer.Ordinal);
        Span<byte> field = stackalloc byte[4];
        foreach (ElfSection section in _object.Elf.Sections)
        {
            if (!section.IsExecutable || !_sectionBase.TryGetValue(section.Index, out ulong start))
                continue;
            foreach (ElfRelocation relocation in _object.Elf.RelocationsOf(section))
            {
                if (relocation.Type is not (ElfRelocationType.Plt32 or ElfRelocationType.Pc32))
                    continue;
                string name = _object.SymbolName(relocation.SymbolIndex);
                // A thread-local access sequence is rewritten by the linker; its call of __tls_get_addr is gone.
                if (_object.Nodes.ContainsKey(name) || name == "__tls_get_addr" || result.ContainsKey(name))
                    continue;
                _executable.ReadAt(start + relocation.Offset, field);
                result[name] = unchecked(start + relocation.Offset + (ulong)BinaryPrimitives.ReadInt32LittleEndian(field) - (ulong)relocation.Addend);
            }
        }
        return result;
    }

    private HotpatchException Differs(string what) => new(NativeDiagnostics.ExecutableDiffers.With(what));
}
