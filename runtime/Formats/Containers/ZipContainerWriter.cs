using System.Collections.Immutable;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace HotpatchBuild.Formats.Containers;

/// <summary>Writes zip containers: equal files give equal bytes.</summary>
public static class ZipContainerWriter
{
    /// <summary>The earliest time that a zip entry can have; nobody needs to know when an entry was written.</summary>
    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Packs files in the order of their paths.</summary>
    /// <param name="items">The files.</param>
    /// <returns>The container.</returns>
    public static ImmutableArray<byte> Write(IEnumerable<ZipItem> items)
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (ZipItem item in items.OrderBy(i => i.Path, StringComparer.Ordinal))
            {
                ZipArchiveEntry entry = zip.CreateEntry(item.Path, CompressionLevel.SmallestSize);
                entry.LastWriteTime = Epoch;
                entry.ExternalAttributes = 0;
                using Stream content = entry.Open();
                content.Write(item.Content.AsSpan());
            }
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(stream.ToArray());
    }
}
