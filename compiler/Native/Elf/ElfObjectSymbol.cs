using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Compiler.Native.Elf;

/// <summary>A symbol that is being written; relocations know it by identity.</summary>
internal sealed class ElfObjectSymbol
{
    public required string Name { get; init; }

    /// <summary>Null for an undefined symbol.</summary>
    public required ElfObjectSection? Section { get; init; }

    /// <summary>Offset in <see cref="Section"/>.</summary>
    public ulong Value { get; init; }

    public ulong Size { get; init; }

    public ElfSymbolType Type { get; init; }

    public ElfSymbolBinding Binding { get; init; }

    public ElfSymbolVisibility Visibility { get; init; }
}
