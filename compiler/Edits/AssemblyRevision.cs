namespace HotpatchBuild.Compiler.Edits;

/// <summary>One revision of an assembly as the compiler wrote it.</summary>
/// <param name="Assembly">The DLL's bytes.</param>
/// <param name="Symbols">The portable PDB's bytes; null where it is embedded in the DLL.</param>
internal sealed record AssemblyRevision(ReadOnlyMemory<byte> Assembly, ReadOnlyMemory<byte>? Symbols);
