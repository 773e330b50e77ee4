using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;

namespace HotpatchBuild.Tests.Unit.Managed.Images;

/// <summary>Loads images as the agent does.</summary>
internal static class ImageLoader
{
    // The runtime finds symbols inside an assembly only when that is a file (StackTraceSymbols in dotnet/runtime).
    public static unsafe Assembly Load(AssemblyLoadContext context, ImmutableArray<byte> image)
    {
        using PEReader file = new(image);
        if (file.ReadDebugDirectory().FirstOrDefault(e => e.Type == DebugDirectoryEntryType.EmbeddedPortablePdb) is not { DataSize: > 0 } embedded)
            return context.LoadFromStream(new MemoryStream(image.ToArray()));
        using MetadataReaderProvider provider = file.ReadEmbeddedPortablePdbDebugDirectoryData(embedded);
        MetadataReader symbols = provider.GetMetadataReader();
        return context.LoadFromStream(new MemoryStream(image.ToArray()), new UnmanagedMemoryStream(symbols.MetadataPointer, symbols.MetadataLength));
    }
}
