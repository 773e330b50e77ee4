namespace HotpatchBuild.Compiler.Edits;

/// <summary>One revision of an assembly as the compiler wrote it. The bytes must come from the compiler itself or from a record whose hash was checked:
/// Mono.Cecil believes the counts inside signatures, so a file with altered bytes can make it ask for any amount of memory.</summary>
/// <param name="Assembly">The DLL's bytes.</param>
/// <param name="Symbols">The portable PDB's bytes; null where it is embedded in the DLL.</param>
internal sealed record AssemblyRevision(ReadOnlyMemory<byte> Assembly, ReadOnlyMemory<byte>? Symbols);
