using Iced.Intel;

namespace HotpatchBuild.Compiler.Native.Audit;

/// <summary>The last instructions of a function that is being decoded, to recognise sequences by their end.</summary>
internal sealed class RecentInstructions
{
    private const int Capacity = 16;
    private readonly Instruction[] _ring = new Instruction[Capacity];
    private int _count;

    public void Clear() => _count = 0;

    public void Add(in Instruction instruction) => _ring[_count++ % Capacity] = instruction;

    /// <summary>The switch whose last instruction is <paramref name="jump"/> (not added yet), or null.</summary>
    public Switch? SwitchEndingWith(in Instruction jump)
    {
        if (_count < 3 || jump.Code != Code.Jmp_rm64 || jump.Op0Kind != OpKind.Register)
            return null;
        ref readonly Instruction add = ref Back(1), address = ref Back(2), load = ref Back(3);
        bool isSwitch = add.Mnemonic == Mnemonic.Add && add.Op0Kind == OpKind.Register && add.Op0Register == jump.Op0Register && add.Op1Kind == OpKind.Register
            && address.Code == Code.Lea_r64_m && address.IsIPRelativeMemoryOperand && address.Op0Register == add.Op1Register
            && load.Code == Code.Mov_r32_rm32 && load.Op1Kind == OpKind.Memory && load.MemoryIndexScale == 4
            && load.Op0Register.GetFullRegister() == jump.Op0Register;
        return isSwitch ? new Switch(address.IPRelativeMemoryAddress, EntriesOf(load)) : null;
    }

    /// <summary>Follows the index back through copies to <c>cmp index, n; ja default</c>: n + 1 entries.</summary>
    private uint EntriesOf(in Instruction load)
    {
        Register index = load.MemoryIndex;
        for (int back = 4; back < Math.Min(_count, Capacity); back++)
        {
            ref readonly Instruction instruction = ref Back(back);
            if (instruction.Code is Code.Ja_rel8_64 or Code.Ja_rel32_64)
            {
                ref readonly Instruction check = ref Back(back + 1);
                return check.Code is Code.Cmp_rm32_imm8 or Code.Cmp_rm32_imm32 or Code.Cmp_EAX_imm32 && check.Op0Kind == OpKind.Register
                    && check.Op0Register.GetFullRegister() == index && check.GetImmediate(1) < int.MaxValue
                    ? (uint)check.GetImmediate(1) + 1
                    : Switch.UnknownEntries;
            }

            // Only instructions that write their first operand and nothing else are followed.
            if (instruction.Mnemonic is not (Mnemonic.Mov or Mnemonic.Lea))
                return Switch.UnknownEntries;
            if (instruction.Op0Kind != OpKind.Register || instruction.Op0Register.GetFullRegister() != index)
                continue;
            if (instruction.Code is not (Code.Mov_r32_rm32 or Code.Mov_rm32_r32) || instruction.Op1Kind != OpKind.Register)
                return Switch.UnknownEntries;
            index = instruction.Op1Register.GetFullRegister();
        }
        return Switch.UnknownEntries;
    }

    private ref readonly Instruction Back(int steps) => ref _ring[(_count - steps) % Capacity];
}
