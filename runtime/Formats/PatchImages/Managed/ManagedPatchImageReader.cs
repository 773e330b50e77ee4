using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.PatchImages.Managed;

/// <summary>Reads a managed patch image.</summary>
internal static class ManagedPatchImageReader
{
    /// <summary>Reads an image. Any bytes give either an image that keeps all rules or a failure.</summary>
    public static ManagedPatchImage Read(ReadOnlyMemory<byte> image, string name)
    {
        if (image.Length > ManagedImageRules.MaximumSize)
            throw new HotpatchException(ManagedImageDiagnostics.TooLarge.With(name, image.Length, ManagedImageRules.MaximumSize));
        return Metadata(image, name, (file, metadata) => Read(file, metadata, name));
    }

    private static ManagedPatchImage Read(PEReader file, MetadataReader metadata, string name)
    {
        string assembly = metadata.GetString(metadata.GetAssemblyDefinition().Name);
        Dictionary<string, ReadOnlyMemory<byte>> resources = Resources(file, metadata, name);
        if (!resources.Remove(ManagedTableLayout.TableResource, out ReadOnlyMemory<byte> bytes))
            throw new HotpatchException(ManagedImageDiagnostics.NoTable.With(name, "the resource is missing"));
        TableReader reader = new(bytes, ManagedImageDiagnostics.BadTable);
        ManagedPatchTable table = ManagedTableLayout.Table(reader, new ManagedPatchTable { Assembly = "", Mvid = default, Methods = [], Added = [] });
        reader.End();
        ManagedImageRules.Check(table, name);
        ManagedImageRules.CheckPatchName(assembly, name);
        CheckHolders(table, metadata, name);
        ImmutableArray<ManagedAddedAssembly> added = [.. table.Added.Select(a => Added(a, resources, name))];
        return new ManagedPatchImage(assembly, table, added);
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> Resources(PEReader file, MetadataReader metadata, string name)
    {
        Dictionary<string, ReadOnlyMemory<byte>> found = new(StringComparer.Ordinal);
        if (file.PEHeaders.CorHeader is not { ResourcesDirectory: { Size: > 0 } directory })
            return found;
        PEMemoryBlock block = file.GetSectionData(directory.RelativeVirtualAddress);
        ImmutableArray<byte> bytes = block.Length >= directory.Size ? block.GetContent(0, directory.Size) : throw Damaged("its resources are not inside the file");
        foreach (ManifestResourceHandle handle in metadata.ManifestResources)
        {
            ManifestResource resource = metadata.GetManifestResource(handle);
            if (!resource.Implementation.IsNil)
                continue;
            // ECMA-335 II.24.2.4: each resource stands behind its length.
            if (resource.Offset < 0 || resource.Offset > bytes.Length - 4)
                throw Damaged("a resource is not inside the file");
            int start = (int)resource.Offset + 4;
            uint length = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan()[(start - 4)..]);
            if (length > (uint)(bytes.Length - start))
                throw Damaged("a resource is not inside the file");
            if (!found.TryAdd(metadata.GetString(resource.Name), bytes.AsMemory().Slice(start, (int)length)))
                throw Damaged("a resource stands twice");
        }
        return found;

        HotpatchException Damaged(string what) => new(ManagedImageDiagnostics.NoTable.With(name, what));
    }

    private static void CheckHolders(ManagedPatchTable table, MetadataReader metadata, string name)
    {
        Dictionary<(string Type, string Method), (int Parameters, int GenericParameters)> holders = [];
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            TypeDefinition type = metadata.GetTypeDefinition(handle);
            if (type.IsNested || (type.Attributes & TypeAttributes.VisibilityMask) != TypeAttributes.Public)
                continue;
            string space = metadata.GetString(type.Namespace), full = space.Length == 0 ? metadata.GetString(type.Name) : $"{space}.{metadata.GetString(type.Name)}";
            foreach (MethodDefinitionHandle method in type.GetMethods())
            {
                MethodDefinition definition = metadata.GetMethodDefinition(method);
                if ((definition.Attributes & (MethodAttributes.Static | MethodAttributes.MemberAccessMask)) != (MethodAttributes.Static | MethodAttributes.Public))
                    continue;
                if (SignatureShape.OfMethod(metadata.GetBlobReader(definition.Signature).ReadBytes(metadata.GetBlobReader(definition.Signature).Length)) is { } shape)
                    holders[(full, metadata.GetString(definition.Name))] = (shape.Parameters, shape.GenericParameters);
            }
        }
        foreach (ManagedTransitionCode code in table.Transitions)
        {
            if (!holders.TryGetValue((code.HolderType, code.HolderMethod), out (int Parameters, int GenericParameters) called))
                throw ManagedImageRules.Inconsistent(name, $"{code.HolderType}.{code.HolderMethod} is no public static method of it");
            if (called != (0, 0))
                throw ManagedImageRules.Inconsistent(name, $"{code.HolderType}.{code.HolderMethod} has parameters, and transition code has none");
        }
        foreach (ManagedPatchMethod method in table.Methods)
        {
            if (!holders.TryGetValue((method.HolderType, method.HolderMethod), out (int Parameters, int GenericParameters) holder))
                throw ManagedImageRules.Inconsistent(name, $"{method.HolderType}.{method.HolderMethod} is no public static method of it");
            SignatureShape wanted = SignatureShape.OfMethod(method.Signature.AsSpan()).GetValueOrDefault();
            if (holder != (wanted.Parameters, wanted.GenericParameters))
                throw ManagedImageRules.Inconsistent(name, $"{method.HolderType}.{method.HolderMethod} has another signature than its table says");
        }
    }

    private static ManagedAddedAssembly Added(string added, Dictionary<string, ReadOnlyMemory<byte>> resources, string name)
    {
        if (!resources.TryGetValue(ManagedTableLayout.AddedResource(added), out ReadOnlyMemory<byte> bytes))
            throw ManagedImageRules.Inconsistent(name, $"the assembly {added} is missing");
        string read = Metadata(bytes, name, (_, metadata) => metadata.GetString(metadata.GetAssemblyDefinition().Name));
        if (read != added)
            throw ManagedImageRules.Inconsistent(name, $"the assembly {added} has another name inside");
        return new ManagedAddedAssembly(added, ImmutableCollectionsMarshal.AsImmutableArray(bytes.ToArray()));
    }

    /// <summary>System.Reflection.Metadata tells damage in several ways; here it is one.</summary>
    private static T Metadata<T>(ReadOnlyMemory<byte> image, string name, Func<PEReader, MetadataReader, T> read)
    {
        try
        {
            using PEReader file = new(ImmutableCollectionsMarshal.AsImmutableArray(image.ToArray()));
            if (!file.HasMetadata)
                throw new HotpatchException(ManagedImageDiagnostics.NotAnAssembly.With(name, "it has no metadata"));
            MetadataReader metadata = file.GetMetadataReader();
            if (!metadata.IsAssembly)
                throw new HotpatchException(ManagedImageDiagnostics.NotAnAssembly.With(name, "it has no manifest"));
            return read(file, metadata);
        }
        catch (Exception e) when (e is BadImageFormatException or ArgumentException or InvalidOperationException or OverflowException or IndexOutOfRangeException or IOException)
        {
            throw new HotpatchException(ManagedImageDiagnostics.NotAnAssembly.With(name, "its headers or metadata are damaged"), e);
        }
    }
}
