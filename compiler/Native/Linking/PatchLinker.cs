using System.Collections.Immutable;
using HotpatchBuild.Compiler.Native.Comparison;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>
/// Links the nodes that a patch brings along into an image: bytes in sections, and a fixup for every address that is known only in the
/// target. What to bring has been decided before (<see cref="PatchContent"/>).
/// </summary>
internal sealed class PatchLinker
{
    // Nobody runs these bytes, but a disassembler shows where one function ends, and a jump that goes astray traps.
    private const byte Int3 = 0xCC;
    private const int PaddingInFront = 16;

    // The addend of a 32-bit distance at the end of an instruction: it counts from behind the field.
    private const int ToSymbol = -4;

    private readonly PatchContent _content;
    private readonly LinkedBaseline _baseline;
    private readonly IlcObject _object;
    private readonly SectionBuilder _entries = new(Int3), _text = new(Int3), _readOnly = new(0), _data = new(0), _unwind = new(0);
    private readonly Dictionary<string, ImageLocation> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, uint> _entryOf = new(StringComparer.Ordinal);
    private readonly List<Fixup> _fixups = [];
    private readonly SortedDictionary<ulong, string> _names = [];

    private PatchLinker(PatchContent content, LinkedBaseline baseline)
    {
        _content = content;
        _baseline = baseline;
        _object = content.Comparison.New;
    }

    public static NativePatchImage Link(PatchContent content, LinkedBaseline baseline)
    {
        var linker = new PatchLinker(content, baseline);
        linker.PlaceEntries();
        linker.PlaceNodes();
        foreach (IlcNode node in content.Brought)
            linker.FixNode(node);
        ImmutableArray<UnwindSlot> slots = linker.PlaceFrames();
        ImmutableArray<PatchFunction> functions = linker.Functions();
        linker.NameOriginals();
        ImmutableArray<StaticBlock> blocks = linker.StaticBlocks();
        return new NativePatchImage
        {
            BaselineBuildId = baseline.BuildId,
            Sections = linker.Sections(),
            Functions = functions,
            Fixups = [.. linker._fixups.OrderBy(f => f.Field.Section).ThenBy(f => f.Field.Offset)],
            UnwindSlots = slots,
            BaselineNames = [.. linker._names.Select(n => new BaselineName(n.Key, n.Value))],
            StaticBlocks = blocks,
            Statics = linker.Statics(),
        };
    }

    private void PlaceEntries()
    {
        foreach (IlcNode function in _content.Functions)
            _entryOf[function.Name] = _entries.Add([0xE9, 0, 0, 0, 0, Int3, Int3, Int3, Int3, Int3, Int3, Int3, Int3, Int3, Int3, Int3]);
    }

    private void PlaceNodes()
    {
        foreach (IlcNode node in _content.Brought)
        {
            // Of static fields with references the image has the cell alone; the block that the engine takes is behind it.
            byte[] bytes = node.Kind == IlcNodeKind.GCStatics ? new byte[MethodTableLayout.PointerSize] : _object.BytesOf(node);
            (ImageSection section, SectionBuilder builder) = SectionFor(node);
            if (node.Kind == IlcNodeKind.Method)
            {
                builder.Pad(PaddingInFront);
                builder.Align(16);
            }
            else
            {
                // The alignment that a node needs is not in the object file; the one that it happens to have is at least that.
                uint alignment = Math.Min(32u, Math.Max(node.Start == 0 ? 32 : node.Start & (uint)-(int)node.Start, node.IsCode ? 16u : 1u));
                builder.Align(IsStatics(node) ? Math.Max(alignment, MethodTableLayout.PointerSize) : alignment);
            }
            // An object header: no lock, no hash code yet.
            if (node.Kind is IlcNodeKind.FrozenString or IlcNodeKind.FrozenType or IlcNodeKind.FrozenObject)
                bytes.AsSpan(0, (int)node.Prefix).Clear();
            uint at = builder.Add(bytes);
            if (node.Kind == IlcNodeKind.DispatchCell)
                AddEndOfRun(node, builder);
            // The symbol can stand behind the last byte, and must not be where the next node's stands: an engine moves one of them without the other.
            if (node.Kind == IlcNodeKind.NonGCStatics)
                builder.Pad(MethodTableLayout.PointerSize);
            _places[node.Name] = new ImageLocation(section, at);
        }
        foreach (IlcNode function in _content.Functions)
            AddFixup(new ImageLocation(ImageSection.Entries, _entryOf[function.Name] + 1), FixupKind.Relative32, _places[function.Name], -4);
    }

    // A cell is a run of its own here: the runtime looks for the slot's number behind it.
    private void AddEndOfRun(IlcNode cell, SectionBuilder builder)
    {
        uint end = builder.Add(new byte[DispatchCellLayout.CellSize]);
        builder.PutInt32(end + DispatchCellLayout.SlotOffset, (int)_object.DispatchSlotOf(cell));
    }

    // Code without frames (ILC's helpers and unboxing stubs) must lie outside the managed range: there the runtime only retries when it
    // suspends a thread on an instruction that no FDE covers, inside it gives up the process. The entries lie outside.
    private (ImageSection, SectionBuilder) SectionFor(IlcNode node) => node.Kind switch
    {
        IlcNodeKind.Method => (ImageSection.Text, _text),
        IlcNodeKind.Helper or IlcNodeKind.UnboxingStub => (ImageSection.Entries, _entries),
        IlcNodeKind.Lsda or IlcNodeKind.ExceptionInfo or IlcNodeKind.MethodData or IlcNodeKind.AssociatedData or IlcNodeKind.FieldData => (ImageSection.ReadOnlyData, _readOnly),
        _ => (ImageSection.Data, _data),
    };

    private SectionBuilder BuilderOf(ImageSection section) => section switch
    {
        ImageSection.Entries => _entries,
        ImageSection.Text => _text,
        ImageSection.ReadOnlyData => _readOnly,
        ImageSection.Data => _data,
        _ => _unwind,
    };

    private void FixNode(IlcNode node)
    {
        ImageLocation place = _places[node.Name];
        if (node.Kind == IlcNodeKind.GCStatics)
            return;
        foreach (IlcReference reference in _object.ReferencesOf(node))
        {
            if (reference.Target == "__tls_get_addr")
                continue; // the call is part of the sequence that is rewritten as a whole
            var field = place with { Offset = place.Offset + reference.Offset };
            if (reference.Kind == IlcReferenceKind.ThreadLocal)
                RewriteThreadLocal(node, place, reference);
            else
                AddFixup(field, reference.Kind == IlcReferenceKind.Absolute64 ? FixupKind.Absolute64 : FixupKind.Relative32, Resolve(node, reference), checked((int)reference.Addend));
        }
    }

    private void RewriteThreadLocal(IlcNode node, ImageLocation place, IlcReference reference)
    {
        byte[] code = BuilderOf(place.Section).Bytes.Slice((int)place.Offset, (int)node.Size).ToArray();
        int offset = _baseline.ThreadPointerOffsetOf(reference.Target, node.Name);
        if (!ThreadLocalAccess.TryRewrite(code, (int)reference.Offset, offset))
            throw new Formats.Diagnostics.HotpatchException(NativeDiagnostics.UnsupportedRelocation.With(node.Name, "a thread-local access of an unknown form"));
        BuilderOf(place.Section).Replace(place.Offset, code);
    }

    private Target Resolve(IlcNode from, IlcReference reference)
    {
        if (!_object.Nodes.TryGetValue(reference.Target, out IlcNode? target))
            return Baseline(_baseline.AddressOfExternal(reference.Target, from.Name), reference.Target);
        // Jump tables and the like name places inside the very body that they belong to.
        if (NodeComparer.BelongsToFunction(from.Kind) && target.Kind == IlcNodeKind.Method && _places.TryGetValue(target.Name, out ImageLocation body))
            return new Target(body, 0);
        // ILC 8.0 leaves relocations for places inside the function too (where a handler goes on). They move with the body; only the entry, which
        // calls and function pointers mean, is the one that the patch point leads on from.
        if (from.IsCode && target.Name == from.Name && reference.Kind == IlcReferenceKind.Relative32 && reference.Addend != ToSymbol)
            return _places[target.Name];
        if (_content.BaselineOf(target) is { } old)
            return Baseline(_baseline.AddressOf(old), old.Name);
        if (_entryOf.TryGetValue(target.Name, out uint entry))
            return new Target(new ImageLocation(ImageSection.Entries, entry), 0);
        ImageLocation place = _places[target.Name];
        return new Target(place with { Offset = place.Offset + target.Prefix }, 0);
    }

    private Target Baseline(ulong address, string name)
    {
        _names.TryAdd(address, name);
        return new Target(null, address);
    }

    private void AddFixup(ImageLocation field, FixupKind kind, Target target, int addend)
    {
        BuilderOf(field.Section).Clear(field.Offset, kind == FixupKind.Absolute64 ? 8 : 4);
        _fixups.Add(new Fixup(field, kind, target.Image, target.Address, addend));
    }

    private ImmutableArray<UnwindSlot> PlaceFrames()
    {
        var slots = new List<UnwindSlot>();
        var cies = new Dictionary<string, uint>(StringComparer.Ordinal);
        foreach (IlcNode function in _content.Functions)
        {
            foreach (Frame frame in _object.Frames.Of(function))
            {
                string key = Convert.ToHexString(frame.Cie.AsSpan());
                if (!cies.TryGetValue(key, out uint cie))
                {
                    _unwind.Align(8);
                    cies[key] = cie = _unwind.Add(frame.Cie.AsSpan());
                }
                _unwind.Align(4);
                uint at = _unwind.Add(frame.Record.AsSpan());
                // The CIE pointer counts back from its own field.
                _unwind.PutInt32(at + FrameLayout.IdOffset, (int)(at + FrameLayout.IdOffset - cie));
                ImageLocation code = _places[function.Name];
                AddFixup(new ImageLocation(ImageSection.Unwind, at + FrameLayout.StartOffset), FixupKind.Relative32, new Target(code, 0), (int)frame.CodeOffset);
                ImageLocation lsda = _places[_object.Nodes[frame.Lsda].Name];
                AddFixup(new ImageLocation(ImageSection.Unwind, at + FrameLayout.LsdaOffset), FixupKind.Relative32, new Target(lsda, 0), checked((int)frame.LsdaAddend));
                slots.Add(new UnwindSlot(code.Offset + frame.CodeOffset, frame.Length, at));
            }
        }
        return [.. slots.OrderBy(s => s.TextOffset)];
    }

    private ImmutableArray<PatchFunction> Functions() =>
    [
        .. _content.Functions
            .Select(f => new PatchFunction(f.Name, _content.DisplayNameOf(f), _entryOf[f.Name], _places[f.Name].Offset, f.Size, _content.PatchPointOf(f)))
            .OrderBy(f => f.TextOffset),
    ];

    private static bool IsStatics(IlcNode node) => node.Kind is IlcNodeKind.GCStatics or IlcNodeKind.PreInitializedData or IlcNodeKind.NonGCStatics;

    private ImmutableArray<StaticBlock> StaticBlocks() =>
    [
        .. _content.ReservedBlocks
            .Select(b => new StaticBlock(_baseline.AddressOf(b.Cell), _baseline.AddressOf(b.Type), b.Words))
            .OrderBy(b => b.Cell),
    ];

    private ImmutableArray<StaticStorage> Statics()
    {
        var all = new SortedDictionary<string, StaticStorage>(StringComparer.Ordinal);
        foreach (IlcNode node in _content.Brought)
        {
            // A name without bytes: ILC has run the class constructor beforehand, and only references are left (NonGCStaticsNode.cs).
            if (StaticsName.TypeOf(node) is not { } type || node.Size == 0)
                continue;
            StaticStorage storage = all.GetValueOrDefault(type) ?? new StaticStorage(type, _content.StaticsLayoutOf(node), null, null);
            uint offset = _places[node.Name].Offset;
            all[type] = node.Kind == IlcNodeKind.GCStatics
                ? storage with { References = new StaticReferences(offset, WordsOf(node), ReservedStatics.InitialOf(_object, node) is { } initial ? _places[initial.Name].Offset + initial.Prefix : null) }
                : storage with { Data = new StaticData(offset, node.Size, node.Prefix >= MethodTableLayout.PointerSize ? node.Prefix - MethodTableLayout.PointerSize : null) };
        }
        return [.. all.Values];
    }

    private uint WordsOf(IlcNode cell) => ReservedStatics.WordsOf(_object, ReservedStatics.HolderOf(_object, cell)) ?? throw _object.Unexpected($"{cell.Name} holds more than references");

    // Names for the disassembly of the code that is replaced.
    private void NameOriginals()
    {
        foreach (IlcNode old in _content.Replaced)
        {
            _names.TryAdd(_baseline.AddressOf(old), old.Name);
            foreach (IlcReference reference in _content.Comparison.Old.ReferencesOf(old))
            {
                if (_content.Comparison.Old.Nodes.TryGetValue(reference.Target, out IlcNode? target) && target.Kind != IlcNodeKind.ThreadStatics)
                    _names.TryAdd(_baseline.AddressOf(target), target.Name);
            }
        }
    }

    private ImageSections Sections() => new()
    {
        [ImageSection.Entries] = [.. _entries.Bytes],
        [ImageSection.Text] = [.. _text.Bytes],
        [ImageSection.ReadOnlyData] = [.. _readOnly.Bytes],
        [ImageSection.Data] = [.. _data.Bytes],
        [ImageSection.Unwind] = [.. _unwind.Bytes],
    };

    private readonly record struct Target(ImageLocation? Image, ulong Address)
    {
        public static implicit operator Target(ImageLocation location) => new(location, 0);
    }
}
