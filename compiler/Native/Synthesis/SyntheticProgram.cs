using System.Collections.Immutable;

namespace HotpatchBuild.Compiler.Native.Synthesis;

/// <summary>An IL assembly of a synthetic program.</summary>
/// <param name="Name">Simple name.</param>
/// <param name="Image">The assembly file.</param>
internal sealed record SyntheticAssembly(string Name, ReadOnlyMemory<byte> Image);

/// <summary>
/// The baseline's program with the new code of a delta: its own assemblies as they were, but that the bodies of changed methods call methods of assemblies beside them, which hold
/// all that is new. It is compiled to be compared with the baseline, and never linked or run.
/// </summary>
internal sealed record SyntheticProgram
{
    /// <summary>All of the program's own assemblies, its own one first; the names are the baseline's.</summary>
    public required ImmutableArray<SyntheticAssembly> Assemblies { get; init; }

    /// <summary>The assemblies with new code, which the baseline does not have.</summary>
    public required ImmutableArray<SyntheticAssembly> Added { get; init; }
}

/// <summary>What ILC made of a program.</summary>
/// <param name="Object">The object file.</param>
/// <param name="Map">ILC's map of it (XML).</param>
internal sealed record CompiledObject(ReadOnlyMemory<byte> Object, ReadOnlyMemory<byte> Map);
