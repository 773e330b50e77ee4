using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>What a compilation wrote.</summary>
/// <param name="SourcesName">What it was compiled from, for messages.</param>
/// <param name="Assembly">The assembly.</param>
/// <param name="Symbols">The portable PDB; null when it is inside the assembly or not wanted.</param>
/// <param name="ReferenceAssembly">The reference assembly; null when not wanted.</param>
/// <param name="Documentation">The XML documentation; null when not wanted.</param>
/// <param name="Warnings">What the compiler warned of.</param>
public sealed record CompilationOutput(
    string SourcesName, byte[] Assembly, byte[]? Symbols, byte[]? ReferenceAssembly, byte[]? Documentation, ImmutableArray<CompilerMessage> Warnings)
{
    /// <summary>The identity of the assembly's module: a hash of everything in it.</summary>
    public Guid Mvid { get; } = ReadMvid(Assembly);

    /// <summary>Refuses an assembly that isn't the one that was recorded.</summary>
    /// <param name="expected">The recorded or running module's identity.</param>
    public CompilationOutput Require(Guid expected) => Mvid == expected
        ? this
        : throw new HotpatchException(BuildDiagnostics.IdentityDiffers.With(SourcesName, Mvid, expected));

    private static Guid ReadMvid(byte[] assembly)
    {
        using PEReader reader = new(ImmutableCollectionsMarshal.AsImmutableArray(assembly));
        MetadataReader metadata = reader.GetMetadataReader();
        return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
    }
}
