namespace HotpatchBuild.Hosting;

/// <summary>What a compilation wrote, as bytes.</summary>
/// <param name="Assembly">The assembly.</param>
/// <param name="Symbols">The portable PDB; null when it is inside the assembly or not wanted.</param>
/// <param name="ReferenceAssembly">The reference assembly; null when not wanted.</param>
/// <param name="Documentation">The XML documentation; null when not wanted.</param>
/// <param name="Mvid">The identity of the assembly's module.</param>
/// <param name="CompilerVersion">The informational version of the Roslyn that compiled it.</param>
public sealed record CompiledAssembly(
    byte[] Assembly, byte[]? Symbols, byte[]? ReferenceAssembly, byte[]? Documentation, Guid Mvid, string CompilerVersion);
