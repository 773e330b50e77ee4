using System.Buffers.Binary;
using System.Runtime.InteropServices;
using HotpatchBuild.Formats.Elf;
using Iced.Intel;

namespace HotpatchBuild.Compiler.Native.Audit;

/// <summary>Decodes function bodies and finds what leads into the inside of an entry window.</summary>
/// <remarks>
/// Indirect jumps. RyuJIT makes two kinds (dotnet/runtime, src/coreclr/jit/codegenxarch.cpp):
/// a fast tail call, whose instruction has a REX.W prefix for the unwinder or goes through memory, and whose target is another function's entry;
/// and a switch (<c>genTableBasedSwitch</c>): <c>mov r1d,[r1+4*r2]; lea r3,[rip+first block]; add r1,r3; jmp r1</c>, with a table of 32-bit
/// distances from the method's first block in its <c>__readonlydata_…</c>. The base is often inside the window (behind a short prologue), which
/// does no harm by itself, but a table's entry there would. Every datum whose address the function computes is read as if it were
/// the table: for as many entries as the range check in front of the switch allows (<c>Lowering::LowerSwitch</c>), and where that check is not found, for
/// as long as entries lead to an instruction of the function. A real table's entries all do, so none is missed. A jump through a register
/// that is of neither kind, or a switch without a table, counts against the function.
/// </remarks>
internal sealed class BodyReader
{
    private readonly ElfFile _program;
    private readonly ElfSection _section;
    private readonly ByteArrayCodeReader _code;
    private readonly Decoder _decoder;
    private readonly List<Switch> _switches = [];
    private readonly List<ulong> _tables = [];
    private readonly RecentInstructions _recent = new();
    private bool[] _starts = new bool[4096];

    public BodyReader(ElfFile program, ElfSection section)
    {
        _program = program;
        _section = section;
        _code = ReaderOf(section);
        _decoder = Decoder.Create(64, _code);
    }

    /// <summary>Reads one function; what it refers to in other functions is added to <paramref name="crossings"/>.</summary>
    public BodyFinding Read(CodeFunction function, List<(ulong From, ulong To)> crossings)
    {
        if (_starts.Length < (int)function.Size)
            _starts = new bool[(int)function.Size * 2];
        _starts.AsSpan(0, (int)function.Size).Clear();
        _switches.Clear();
        _recent.Clear();
        _tables.Clear();
        var finding = BodyFinding.Nothing;
        void Found(BodyFinding what) => finding = what > finding ? what : finding;

        _code.Position = (int)(function.Start - _section.Address);
        _decoder.IP = function.Start;
        int addressesInside = 0;
        ulong end = function.Start + function.Size;
        while (_decoder.IP < end)
        {
            _decoder.Decode(out Instruction instruction);
            if (instruction.IsInvalid || instruction.NextIP > end)
                return BodyFinding.Undecodable;
            _starts[(int)(instruction.IP - function.Start)] = true;

            if (IsAddressInside(function, instruction))
                addressesInside++;
            if (_recent.SwitchEndingWith(instruction) is Switch found)
            {
                _switches.Add(found);
                if (function.IsInsideWindow(found.Base))
                    addressesInside--;
            }
            else if (instruction.Code == Code.Jmp_rm64 && instruction.Op0Kind == OpKind.Register && !HasRexW(instruction))
                Found(BodyFinding.UnknownJump);

            if (IsDirect(instruction))
            {
                ulong target = instruction.NearBranchTarget;
                if (function.IsInsideWindow(target))
                    Found(BodyFinding.Branch);
                else if (!function.Contains(target))
                    crossings.Add((instruction.IP, target));
            }
            else if (instruction.IsIPRelativeMemoryOperand)
            {
                ulong target = instruction.IPRelativeMemoryAddress;
                if (IsIn(_section, target))
                {
                    if (!function.Contains(target))
                        crossings.Add((instruction.IP, target));
                    else if (instruction.Code != Code.Lea_r64_m && function.IsInsideWindow(target))
                        Found(BodyFinding.AddressTaken);
                }
                else if (instruction.Code == Code.Lea_r64_m)
                    _tables.Add(target);
            }
            if (instruction.FlowControl is FlowControl.Call or FlowControl.IndirectCall && function.IsInsideWindow(instruction.NextIP))
                Found(BodyFinding.CallReturn);
            _recent.Add(instruction);
        }
        if (addressesInside > 0)
            Found(BodyFinding.AddressTaken);
        foreach (Switch found in _switches)
            Found(ReadTables(function, found));
        return finding;
    }

    /// <summary>Adds every reference into the managed code that functions of another section make.</summary>
    public void CollectReferencesInto(ElfSection target, List<CodeSymbol> functions, ElfSection section, List<(ulong From, ulong To)> crossings)
    {
        ByteArrayCodeReader code = ReaderOf(section);
        var decoder = Decoder.Create(64, code);
        ulong done = 0;
        foreach (CodeSymbol function in functions)
        {
            if (function.Value < done)
                continue;
            done = function.Value + function.Size;
            code.Position = (int)(function.Value - section.Address);
            decoder.IP = function.Value;
            while (decoder.IP < done)
            {
                decoder.Decode(out Instruction instruction);
                ulong to = IsDirect(instruction) ? instruction.NearBranchTarget
                    : instruction.IsIPRelativeMemoryOperand ? instruction.IPRelativeMemoryAddress : 0;
                if (IsIn(target, to))
                    crossings.Add((instruction.IP, to));
            }
        }
    }

    private BodyFinding ReadTables(CodeFunction function, Switch found)
    {
        var finding = BodyFinding.UnknownJump;
        foreach (ulong table in _tables)
        {
            ReadOnlySpan<byte> data = DataAt(table);
            bool leadsInside = false;
            uint entries = 0;
            for (; entries < found.Entries && data.Length >= sizeof(int); entries++, data = data[sizeof(int)..])
            {
                ulong target = unchecked(found.Base + (ulong)(long)BinaryPrimitives.ReadInt32LittleEndian(data));
                if (!function.Contains(target) || !_starts[(int)(target - function.Start)])
                    break;
                leadsInside |= function.IsInsideWindow(target);
            }
            if (entries == 0 || (entries < found.Entries && found.Entries != Switch.UnknownEntries))
                continue;
            if (leadsInside)
                return BodyFinding.JumpTable;
            finding = BodyFinding.Nothing;
        }
        return finding;
    }

    private static bool IsAddressInside(CodeFunction function, in Instruction instruction) =>
        instruction.Code == Code.Lea_r64_m && instruction.IsIPRelativeMemoryOperand && function.IsInsideWindow(instruction.IPRelativeMemoryAddress);

    // The operand of `jmp r/m64` is 64 bits wide without the prefix; RyuJIT adds it to mark a tail call as the end of an epilogue.
    private bool HasRexW(in Instruction instruction) => ByteAt(instruction.IP) is >= 0x48 and <= 0x4f;

    private static bool IsDirect(in Instruction instruction) => instruction.Op0Kind == OpKind.NearBranch64;

    private static bool IsIn(ElfSection section, ulong address) => address - section.Address < section.Size;

    private byte ByteAt(ulong address) => _program.BytesOf(_section).Span[(int)(address - _section.Address)];

    private ReadOnlySpan<byte> DataAt(ulong address)
    {
        foreach (ElfSection section in _program.Sections)
        {
            if ((section.Flags & ElfSectionFlags.Alloc) != 0 && section.Type == ElfSectionType.ProgramBits && IsIn(section, address))
                return _program.BytesOf(section).Span[(int)(address - section.Address)..];
        }
        return default;
    }

    private ByteArrayCodeReader ReaderOf(ElfSection section)
    {
        ReadOnlyMemory<byte> bytes = _program.BytesOf(section);
        return MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> segment) ? new ByteArrayCodeReader(segment) : new ByteArrayCodeReader(bytes.ToArray());
    }
}
