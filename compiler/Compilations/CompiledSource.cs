namespace HotpatchBuild.Compiler.Compilations;

/// <summary>One source file of a compilation, in the compiler's order.</summary>
/// <param name="Path">Absolute path, as on the command line.</param>
/// <param name="Sha256">SHA-256 of its bytes, lower-case hexadecimal.</param>
public sealed record CompiledSource(string Path, string Sha256);
