using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Runtime.InteropServices;

namespace HotpatchBuild.Formats.PatchImages;

/// <summary>Writes a native patch image as a PE32+ file that objdump and disassemblers open. Equal images give equal bytes.</summary>
public static class NativePatchImageWriter
{
    /// <summary>Writes an image.</summary>
    /// <param name="image">The image; an absent section is the same as an empty one.</param>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="Diagnostics.HotpatchException">The image contradicts itself (HPB3105) or is too large (HPB3107).</exception>
    public static ImmutableArray<byte> Write(NativePatchImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        NativePatchImageRules.Check(image);
        TableWriter table = new();
        HotpatchTableLayout.Table(table, image);

        PatchImagePEBuilder pe = new(image, table.ToArray());
        BlobBuilder file = new();
        pe.Serialize(file);
        byte[] bytes = file.ToArray();
        return ImmutableCollectionsMarshal.AsImmutableArray(CoffSymbolTable.Append(bytes, image));
    }
}
