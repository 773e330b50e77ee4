namespace HotpatchBuild.Compiler.Compilations;

/// <summary>One assembly that a compilation references.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Mvid">The identity of its module.</param>
public sealed record CompiledReference(string Path, Guid Mvid);
