using System;
using System.Collections.Immutable;
using System.IO;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;

namespace HotpatchBuild.Agent.Loading;

/// <summary>Takes the portable PDB out of an image. Stack traces find symbols inside of an assembly only where that is a file (StackTraceSymbols in dotnet/runtime);
/// one that is loaded from memory has to be given them beside it.</summary>
internal static class EmbeddedSymbols
{
    /// <summary>The symbols; null where the image has none.</summary>
    /// <exception cref="BadImageFormatException">The image or its symbols are damaged.</exception>
    public static unsafe MemoryStream? Of(byte[] image)
    {
        using var file = new PEReader(ImmutableCollectionsMarshal.AsImmutableArray(image));
        foreach (var entry in file.ReadDebugDirectory())
        {
            if (entry.Type != DebugDirectoryEntryType.EmbeddedPortablePdb)
                continue;
            using var provider = file.ReadEmbeddedPortablePdbDebugDirectoryData(entry);
            var symbols = provider.GetMetadataReader();
            return new MemoryStream(new ReadOnlySpan<byte>(symbols.MetadataPointer, symbols.MetadataLength).ToArray(), writable: false);
        }
        return null;
    }
}
