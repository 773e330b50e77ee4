using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using HotpatchBuild.Compiler.Baselines;

namespace HotpatchBuild.Compiler.Managed.Diffing;

/// <summary>An assembly of a build, by what its metadata says first.</summary>
/// <param name="Name">Simple name.</param>
/// <param name="Mvid">Module version id.</param>
/// <param name="Version">Its informational version, with the commit behind a plus sign where the compiler was told it; its version where it has none.</param>
/// <param name="File">Path inside the build.</param>
/// <param name="Files">The build's files.</param>
internal sealed record BuiltAssembly(string Name, Guid Mvid, string Version, string File, IBuiltFiles Files)
{
    private const string InformationalVersion = "AssemblyInformationalVersionAttribute";

    /// <summary>Reads a file's identity; null where it is no assembly.</summary>
    public static BuiltAssembly? Of(string file, IBuiltFiles files)
    {
        try
        {
            using Stream stream = files.Open(file);
            using PEReader image = new(stream);
            if (!image.HasMetadata)
                return null;
            MetadataReader metadata = image.GetMetadataReader();
            return metadata.IsAssembly
                ? new BuiltAssembly(
                    metadata.GetString(metadata.GetAssemblyDefinition().Name), metadata.GetGuid(metadata.GetModuleDefinition().Mvid), VersionOf(metadata), file, files)
                : null;
        }
        catch (BadImageFormatException)
        {
            // A native library, or none at all: nothing that managed code is patched in.
            return null;
        }
    }

    /// <summary>Reads the assembly with the symbols beside it.</summary>
    public ProgramAssembly Read()
    {
        string symbols = Path.ChangeExtension(File, ".pdb");
        return new ProgramAssembly(Name, Mvid, Files.Read(File), Files.Contains(symbols) ? Files.Read(symbols) : ReadOnlyMemory<byte>.Empty);
    }

    private static string VersionOf(MetadataReader metadata)
    {
        AssemblyDefinition assembly = metadata.GetAssemblyDefinition();
        foreach (CustomAttributeHandle handle in assembly.GetCustomAttributes())
        {
            CustomAttribute attribute = metadata.GetCustomAttribute(handle);
            if (attribute.Constructor.Kind != HandleKind.MemberReference
                || metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is not { Kind: HandleKind.TypeReference } type
                || metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)type).Name) != InformationalVersion)
                continue;
            // ECMA-335 II.23.3: a prolog of two bytes, then the argument.
            BlobReader value = metadata.GetBlobReader(attribute.Value);
            if (value.ReadUInt16() == 1 && value.ReadSerializedString() is { Length: > 0 } version)
                return version;
        }
        return assembly.Version.ToString();
    }
}
