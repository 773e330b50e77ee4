namespace HotpatchBuild.Compiler.Baselines;

/// <summary>One IL assembly of a program.</summary>
/// <param name="Name">Simple name.</param>
/// <param name="Mvid">Module version id.</param>
/// <param name="Image">The assembly file.</param>
/// <param name="Pdb">The portable PDB file; empty where there is none beside the assembly.</param>
internal sealed record ProgramAssembly(string Name, Guid Mvid, ReadOnlyMemory<byte> Image, ReadOnlyMemory<byte> Pdb);
