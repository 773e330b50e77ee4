using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace HotpatchBuild.Tests.Unit.Managed.Images;

/// <summary>Symbols as every reader takes them: ILC and the runtime stop at those that do not follow the Portable PDB specification.</summary>
internal static class ReadableSymbols
{
    /// <summary>Reads the sequence points of every method of an image.</summary>
    /// <param name="image">A PE image; one without symbols is right too.</param>
    public static void Check(ReadOnlySpan<byte> image)
    {
        using var pe = new PEReader(new MemoryStream(image.ToArray()));
        foreach (DebugDirectoryEntry entry in pe.ReadDebugDirectory().Where(e => e.Type == DebugDirectoryEntryType.EmbeddedPortablePdb))
        {
            using MetadataReaderProvider provider = pe.ReadEmbeddedPortablePdbDebugDirectoryData(entry);
            MetadataReader symbols = provider.GetMetadataReader(), code = pe.GetMetadataReader();
            // A row for each method (Portable PDB specification, MethodDebugInformation table).
            Assert.Equal(code.MethodDefinitions.Count, symbols.MethodDebugInformation.Count);
            foreach (MethodDebugInformationHandle handle in symbols.MethodDebugInformation)
            {
                MethodDefinition method = code.GetMethodDefinition(handle.ToDefinitionHandle());
                int size = method.RelativeVirtualAddress == 0 ? 0 : pe.GetMethodBody(method.RelativeVirtualAddress).GetILReader().Length;
                int last = -1;
                string name = code.GetString(method.Name);
                try
                {
                    foreach (SequencePoint point in symbols.GetMethodDebugInformation(handle).GetSequencePoints())
                    {
                        Assert.True(point.Offset > last && point.Offset < size && point.StartLine <= point.EndLine, $"{name}: {point.Offset} behind {last} of {size}");
                        Assert.False(point.Document.IsNil);
                        last = point.Offset;
                    }
                }
                catch (BadImageFormatException e)
                {
                    Assert.Fail($"{name}: {e.Message}");
                }
            }
        }
    }
}
