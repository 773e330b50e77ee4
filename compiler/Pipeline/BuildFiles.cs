using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>Reads what a build has left on disk.</summary>
internal static class BuildFiles
{
    /// <summary>Reads a file of the build.</summary>
    /// <param name="path">The file.</param>
    public static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HotpatchException(PipelineDiagnostics.CannotRead.With(path, e.Message.TrimEnd('.')), e);
        }
    }

    /// <summary>Reads a file with one argument a line.</summary>
    /// <param name="path">The file.</param>
    public static ImmutableArray<string> ReadLines(string path) =>
        [.. System.Text.Encoding.UTF8.GetString(Read(path)).TrimStart('\uFEFF').Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r'))];

    /// <summary>Reads an assembly and the PDB beside it; what an assembly with a PDB inside has beside it is left over from another build.</summary>
    /// <param name="path">The assembly.</param>
    public static ProgramAssembly ReadAssembly(string path)
    {
        byte[] image = Read(path);
        string pdb = Path.ChangeExtension(path, ".pdb");
        Guid mvid = ReadMvid(image, path);
        return new ProgramAssembly(Path.GetFileNameWithoutExtension(path), mvid, image, !HasPdb(image) && File.Exists(pdb) ? Read(pdb) : default);
    }

    private static bool HasPdb(byte[] image)
    {
        using var reader = new PEReader([.. image]);
        return reader.ReadDebugDirectory().Any(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
    }

    /// <summary>Reads the module version id of an assembly.</summary>
    /// <param name="image">The assembly.</param>
    /// <param name="name">Its file, for the failure.</param>
    public static Guid ReadMvid(ReadOnlyMemory<byte> image, string name)
    {
        try
        {
            using var reader = new PEReader([.. image.Span]);
            if (reader.HasMetadata)
            {
                MetadataReader metadata = reader.GetMetadataReader();
                return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
            }
        }
        catch (BadImageFormatException e)
        {
            throw new HotpatchException(PipelineDiagnostics.NotAnAssembly.With(name), e);
        }
        throw new HotpatchException(PipelineDiagnostics.NotAnAssembly.With(name));
    }
}
