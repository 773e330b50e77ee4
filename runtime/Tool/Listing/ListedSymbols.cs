using Iced.Intel;

namespace HotpatchBuild.Tool.Listing;

/// <summary>Names for the disassembler: branches inside the function by offset, everything else by name.</summary>
internal sealed class ListedSymbols(ListedNames names, ulong start, ulong size) : ISymbolResolver
{
    /// <inheritdoc/>
    public bool TryGetSymbol(in Instruction instruction, int operand, int instructionOperand, ulong address, int addressSize, out SymbolResult symbol)
    {
        var reference = operand >= 0 && (instruction.IsJccShortOrNear || instruction.IsJmpShortOrNear || instruction.IsCallNear || instruction.IsIPRelativeMemoryOperand
            || addressSize == sizeof(ulong));
        var name = !reference ? null
            : address > start && address - start < size ? $"+0x{address - start:x}"
            : names.Of(address);
        symbol = name is null ? default : new SymbolResult(address, name);
        return name is not null;
    }
}
