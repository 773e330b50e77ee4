using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Compiler.Native.Elf;

/// <summary>A section that is being written.</summary>
internal sealed class ElfObjectSection
{
    internal ElfObjectSection(string name, ElfSectionType type, ElfSectionFlags flags, ulong alignment, ReadOnlyMemory<byte> content, ulong size)
    {
        (Name, Type, Flags, Alignment, Content, Size) = (name, type, flags, alignment, content, size);
        Start = new ElfObjectSymbol { Name = "", Section = this, Type = ElfSymbolType.Section };
    }

    public string Name { get; }

    public ElfSectionType Type { get; }

    public ElfSectionFlags Flags { get; }

    public ulong Alignment { get; }

    public ReadOnlyMemory<byte> Content { get; }

    public ulong Size { get; }

    /// <summary>The section's symbol. Relocations against it survive every way of discarding symbols.</summary>
    public ElfObjectSymbol Start { get; }

    internal List<(ulong Offset, ElfRelocationType Type, ElfObjectSymbol Symbol, long Addend)> Relocations { get; } = [];

    public void AddRelocation(ulong offset, ElfRelocationType type, ElfObjectSymbol symbol, long addend) =>
        Relocations.Add((offset, type, symbol, addend));
}
