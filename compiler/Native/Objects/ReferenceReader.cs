using System.Buffers.Binary;
using HotpatchBuild.Formats.Elf;
using Iced.Intel;

namespace HotpatchBuild.Compiler.Native.Objects;

/// <summary>
/// Finds a node's references. ILC's own object writer (since 9.0, Compiler/ObjectWriter/ObjectWriter.cs) leaves no relocation for a
/// pc-relative field whose target lies in the same section; LLVM's, which 8.0 uses, leaves all of them. So code is decoded and data is
/// read by its format, whether or not there are relocations. What does not fit the format is an error, never skipped.
/// </summary>
internal ref struct ReferenceReader(IlcObject owner, IlcNode node)
{
    // LSDA flags: UBF_* in src/coreclr/nativeaot/Runtime/unix/UnixNativeCodeManager.cpp.
    private const byte FunctionKindMask = 0x03, HasExceptionInfo = 0x04, HasAssociatedData = 0x10;

    private readonly List<IlcReference> _found = [];
    private readonly HashSet<uint> _relocated = [];
    private ReadOnlySpan<byte> _bytes;

    public IlcReference[] Read()
    {
        ElfSection section = owner.SectionOf(node);
        _bytes = owner.BytesOf(node);
        foreach (ElfRelocation relocation in owner.Elf.RelocationsIn(section, node.Start, node.End))
            AddRelocation(relocation);
        AddImplied(section);
        _found.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        return [.. _found];
    }

    private readonly void AddRelocation(ElfRelocation relocation)
    {
        uint offset = (uint)relocation.Offset - node.Start;
        IlcReferenceKind kind = relocation.Type switch
        {
            ElfRelocationType.Absolute64 => IlcReferenceKind.Absolute64,
            ElfRelocationType.Pc32 or ElfRelocationType.Plt32 => IlcReferenceKind.Relative32,
            ElfRelocationType.TlsGd => IlcReferenceKind.ThreadLocal,
            _ => throw owner.Unexpected($"{node.Name} has a relocation of type {(uint)relocation.Type}"),
        };
        if (offset + (kind == IlcReferenceKind.Absolute64 ? 8 : 4) > node.Size)
            throw owner.Unexpected($"a relocation of {node.Name} reaches behind its end");
        _relocated.Add(offset);
        _found.Add(new IlcReference(offset, kind, owner.SymbolName(relocation.SymbolIndex), relocation.Addend, Implied: false));
    }

    private void AddImplied(ElfSection section)
    {
        if (section.IsExecutable)
        {
            Decode();
            return;
        }
        int symbol = (int)node.Prefix;
        switch (node.Kind)
        {
            case IlcNodeKind.Lsda:
                ReadLsda();
                break;
            case IlcNodeKind.ExceptionInfo:
                ReadExceptionInfo();
                break;
            case IlcNodeKind.ConstructedType or IlcNodeKind.NecessaryType or IlcNodeKind.StaticsType:
                ReadMethodTable(symbol);
                break;
            case IlcNodeKind.DispatchCell:
                AddRelative(DispatchCellLayout.CacheOffset, BinaryPrimitives.ReadInt32LittleEndian(_bytes[DispatchCellLayout.CacheOffset..]) & DispatchCellLayout.FlagMask);
                break;
            case IlcNodeKind.GenericComposition or IlcNodeKind.SealedVTable:
                for (int at = symbol; at + 4 <= _bytes.Length; at += 4)
                    AddRelative(at, 0);
                break;
            case IlcNodeKind.GCStatics:
                // GCStaticsNode.cs: the distance to the MethodTable of the holder, marked in its lowest two bits; with bit 1 the
                // distance to the initial content stands in the next word.
                int flags = BinaryPrimitives.ReadInt32LittleEndian(_bytes[symbol..]) & 3;
                AddRelative(symbol, _relocated.Contains((uint)symbol) ? 0 : flags);
                if (_bytes.Length >= symbol + 8 && BinaryPrimitives.ReadInt32LittleEndian(_bytes[(symbol + 4)..]) != 0)
                    AddRelative(symbol + 4, 0);
                break;
            case IlcNodeKind.AssociatedData:
                // MethodAssociatedDataNode.cs: one byte of flags, one 32-bit distance (for an unboxing stub: to its target).
                if (_bytes.Length >= 5 && BinaryPrimitives.ReadInt32LittleEndian(_bytes[1..]) != 0)
                    AddRelative(1, 0);
                break;
        }
    }

    private void ReadLsda()
    {
        int at = 1;
        byte flags = _bytes.Length > 0 ? _bytes[0] : throw owner.Unexpected($"{node.Name} is empty");
        if ((flags & FunctionKindMask) != 0)
        {
            AddRelative(at, 0);
            at += 4;
        }
        if ((flags & HasAssociatedData) != 0)
        {
            AddRelative(at, 0);
            at += 4;
        }
        if ((flags & HasExceptionInfo) != 0)
            AddRelative(at, 0);
    }

    // MethodExceptionHandlingInfoNode / ObjectNodeSection EH encoding: a count, then clauses of compressed numbers; a typed clause ends
    // with the 32-bit distance to its type (src/coreclr/nativeaot/Runtime/unix/UnixNativeCodeManager.cpp, EHEnumNext).
    private void ReadExceptionInfo()
    {
        int at = 0;
        uint clauses = Compressed(ref at);
        for (uint i = 0; i < clauses; i++)
        {
            Compressed(ref at);
            uint kind = Compressed(ref at) & 3;
            Compressed(ref at);
            if (kind == 0)
            {
                AddRelative(at, 0);
                at += 4;
            }
            else if (kind == 2)
                Compressed(ref at);
        }
    }

    // Internal.NativeFormat's variable-length integer: the number of low one bits tells the number of bytes.
    private readonly uint Compressed(ref int at)
    {
        int length = at < _bytes.Length ? Math.Min(System.Numerics.BitOperations.TrailingZeroCount(~(uint)_bytes[at]), 4) + 1 : 1;
        if (at + length > _bytes.Length)
            throw owner.Unexpected($"{node.Name} ends in the middle of a number");
        ulong value = 0;
        for (int i = length - 1; i >= 0; i--)
            value = value << 8 | _bytes[at + i];
        at += length;
        return length == 5 ? (uint)(value >> 8) : (uint)(value >> length);
    }

    private void ReadMethodTable(int symbol)
    {
        ReadOnlySpan<byte> table = _bytes[symbol..];
        // Of a statics holder only the GCDesc, the flags and the size exist: the garbage collector reads nothing else.
        if (table.Length < (node.Kind == IlcNodeKind.StaticsType ? MethodTableLayout.SlotCountOffset : MethodTableLayout.SlotsOffset))
            throw owner.Unexpected($"{node.Name} is shorter than a MethodTable");
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(table);
        uint prefix = (flags & owner.HasPointersFlag) == 0 ? 0
            : symbol >= 8 ? MethodTableLayout.GCDescSize(BinaryPrimitives.ReadInt64LittleEndian(_bytes[(symbol - 8)..])) : uint.MaxValue;
        // A value type's MethodTable that is good for casts only leaves out the GCDesc that its flags speak of.
        if (prefix != node.Prefix && !(node.Kind == IlcNodeKind.NecessaryType && node.Prefix == 0))
            throw owner.Unexpected($"{node.Name} has {node.Prefix} bytes in front, and its GCDesc has {prefix}");
        if (node.Kind == IlcNodeKind.StaticsType)
            return;
        for (int at = MethodTableLayout.TailOffset(table); at + 4 <= table.Length; at += 4)
        {
            if (_relocated.Contains((uint)(symbol + at)) || BinaryPrimitives.ReadInt32LittleEndian(table[at..]) != 0)
                AddRelative(symbol + at, 0);
        }
    }

    // The field holds the distance from itself to its target, plus marks in its lowest bits.
    private void AddRelative(int at, int marks)
    {
        if (_relocated.Contains((uint)at))
            return;
        if (at + 4 > _bytes.Length)
            throw owner.Unexpected($"{node.Name} ends in the middle of a reference");
        long target = (long)node.Start + at + BinaryPrimitives.ReadInt32LittleEndian(_bytes[at..]) - marks;
        IlcNode? other = target is >= 0 and <= int.MaxValue ? owner.NodeWithSymbolAt(node.Section, (uint)target) : null;
        if (other is null)
            throw owner.Unexpected($"offset {at} of {node.Name} refers to nothing that has a name");
        _relocated.Add((uint)at);
        _found.Add(new IlcReference((uint)at, IlcReferenceKind.Relative32, other.Name, marks, Implied: true));
    }

    private void Decode()
    {
        var decoder = Decoder.Create(64, new SpanCodeReader(_bytes), ip: node.Start);
        while (decoder.IP < node.End)
        {
            decoder.Decode(out Instruction instruction);
            if (instruction.IsInvalid)
                throw owner.Unexpected($"{node.Name} holds bytes at {decoder.IP - node.Start} that are no instruction");
            ConstantOffsets offsets = decoder.GetConstantOffsets(instruction);
            uint at = (uint)instruction.IP - node.Start;
            if (instruction.FlowControl is FlowControl.Call or FlowControl.UnconditionalBranch or FlowControl.ConditionalBranch && offsets.HasImmediate)
                AddCodeReference(at + (uint)offsets.ImmediateOffset, offsets.ImmediateSize, instruction.NearBranchTarget, instruction);
            else if (instruction.IsIPRelativeMemoryOperand)
                AddCodeReference(at + (uint)offsets.DisplacementOffset, 4, instruction.IPRelativeMemoryAddress, instruction);
        }
    }

    private void AddCodeReference(uint field, int size, ulong target, in Instruction instruction)
    {
        // A branch inside the function moves with it. A call of the function itself is a call like any other: it has to find the patch.
        bool inside = target >= node.Start && target < node.End;
        if (_relocated.Contains(field) || (inside && !(instruction.FlowControl == FlowControl.Call && target == node.Symbol)))
            return;
        IlcNode? other = target <= int.MaxValue ? owner.NodeWithSymbolAt(node.Section, (uint)target) : null;
        if (other is null || size != 4)
            throw owner.Unexpected($"{node.Name} refers at {instruction.IP - node.Start} ({instruction}) to nothing that has a name");
        // S + A − P with P at the field: the distance counts from the next instruction.
        long addend = (long)field + node.Start - (long)instruction.NextIP;
        _found.Add(new IlcReference(field, IlcReferenceKind.Relative32, other.Name, addend, Implied: true));
    }
}
