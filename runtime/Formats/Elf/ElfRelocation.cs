namespace HotpatchBuild.Formats.Elf;

/// <summary>A relocation with an addend.</summary>
/// <param name="Offset">The field, from the start of the section that it lies in.</param>
/// <param name="Type">How the value is computed and stored.</param>
/// <param name="SymbolIndex">Index in the file's symbol table.</param>
/// <param name="Addend">Added to the symbol's value.</param>
public readonly record struct ElfRelocation(ulong Offset, ElfRelocationType Type, int SymbolIndex, long Addend);
