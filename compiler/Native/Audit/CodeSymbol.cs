namespace HotpatchBuild.Compiler.Native.Audit;

/// <summary>A function's symbol, with its size from wherever it is known.</summary>
/// <param name="Name">Symbol name.</param>
/// <param name="Value">Link-time virtual address.</param>
/// <param name="Size">Bytes of the body.</param>
/// <param name="Index">Index in the symbol table.</param>
internal readonly record struct CodeSymbol(string Name, ulong Value, ulong Size, int Index);
