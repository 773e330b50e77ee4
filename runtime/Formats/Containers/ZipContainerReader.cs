using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace HotpatchBuild.Formats.Containers;

/// <summary>
/// Reads zip containers that come from anywhere (PKWARE APPNOTE 6.3, sections 4.3 to 4.5). Stricter than a general zip reader:
/// nothing before the first file or behind the directory, no byte in two files, no encryption, no zip64, no path that leads
/// out, no name twice, checksums verified, and nothing is unpacked beyond what the limits and the packed bytes allow.
/// </summary>
public static class ZipContainerReader
{
    private const uint EndSignature = 0x06054b50, DirectorySignature = 0x02014b50, LocalSignature = 0x04034b50;
    private const int EndSize = 22, DirectorySize = 46, LocalSize = 30;
    private const ushort Encrypted = 1, StronglyEncrypted = 1 << 6, Masked = 1 << 13;
    private const ushort Stored = 0, Deflated = 8;
    private const int MaximumPathSize = 512;

    /// <summary>Deflate yields at most 1032 bytes per packed byte (zlib, "Maximum Compression Factor").</summary>
    private const long MaximumDeflateRatio = 1032;

    /// <summary>True when the bytes start as a zip container does.</summary>
    /// <param name="bytes">Any bytes.</param>
    public static bool LooksLikeZip(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= EndSize && (U32(bytes, 0) == LocalSignature || U32(bytes, 0) == EndSignature);

    /// <summary>Unpacks a container.</summary>
    /// <param name="container">Its bytes.</param>
    /// <param name="limits">What it may have at most.</param>
    /// <returns>Its files in the order in which they are listed.</returns>
    /// <exception cref="InvalidDataException">It is damaged, hostile or too large; the message says which, without a full stop.</exception>
    public static ImmutableArray<ZipItem> Read(ReadOnlyMemory<byte> container, ZipLimits limits)
    {
        ReadOnlySpan<byte> bytes = container.Span;
        if (bytes.Length < EndSize || U32(bytes, bytes.Length - EndSize) != EndSignature)
            throw new InvalidDataException("the zip directory is missing at the end of the file, so it is cut off or something was appended");
        ReadOnlySpan<byte> end = bytes[^EndSize..];
        int count = U16(end, 10);
        uint directorySize = U32(end, 12), directoryStart = U32(end, 16);
        if (U16(end, 4) != 0 || U16(end, 6) != 0 || U16(end, 8) != count || U16(end, 20) != 0)
            throw new InvalidDataException("the zip container has several parts or a comment");
        if (count > limits.Items)
            throw new InvalidDataException($"it has {count} files; at most {limits.Items} are accepted");
        if (directoryStart + (ulong)directorySize != (ulong)(bytes.Length - EndSize))
            throw new InvalidDataException("the zip directory does not end where it must");

        List<Entry> entries = Directory(bytes.Slice((int)directoryStart, (int)directorySize), count, limits);
        CheckPlaces(bytes, entries, (int)directoryStart);
        return [.. entries.Select(entry => new ZipItem(entry.Path, Unpack(container, entry)))];
    }

    private static List<Entry> Directory(ReadOnlySpan<byte> directory, int count, ZipLimits limits)
    {
        List<Entry> entries = [];
        HashSet<string> paths = new(StringComparer.OrdinalIgnoreCase);
        long total = 0;
        for (int i = 0; i < count; i++)
        {
            if (directory.Length < DirectorySize || U32(directory, 0) != DirectorySignature)
                throw new InvalidDataException("the zip directory is damaged");
            int pathSize = U16(directory, 28), extraSize = U16(directory, 30), commentSize = U16(directory, 32);
            if (directory.Length < DirectorySize + pathSize + extraSize + commentSize)
                throw new InvalidDataException("the zip directory is damaged");
            Entry entry = new(PathOf(directory.Slice(DirectorySize, pathSize)), U16(directory, 10), U32(directory, 16), U32(directory, 20), U32(directory, 24), U32(directory, 42));
            if ((U16(directory, 8) & (Encrypted | StronglyEncrypted | Masked)) != 0)
                throw new InvalidDataException($"{entry.Path} is encrypted");
            if (entry.Method is not (Stored or Deflated) || (entry.Method == Stored && entry.Packed != entry.Size))
                throw new InvalidDataException($"{entry.Path} is packed in an unknown way");
            total += entry.Size;
            if (entry.Size > limits.ItemSize || total > limits.TotalSize)
                throw new InvalidDataException($"{entry.Path} would unpack to {entry.Size} bytes, {total} with the files before it; at most {limits.ItemSize} and {limits.TotalSize} are accepted");
            if (entry.Size > entry.Packed * MaximumDeflateRatio)
                throw new InvalidDataException($"{entry.Path} declares more bytes than its packed bytes can hold");
            if (!paths.Add(entry.Path))
                throw new InvalidDataException($"{entry.Path} stands twice");
            entries.Add(entry);
            directory = directory[(DirectorySize + pathSize + extraSize + commentSize)..];
        }
        return directory.IsEmpty ? entries : throw new InvalidDataException("the zip directory is damaged");
    }

    private static string PathOf(ReadOnlySpan<byte> utf8)
    {
        string path;
        try
        {
            path = Texts.StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException("a zip path is not UTF-8", e);
        }
        if (!Texts.IsName(path, MaximumPathSize))
            throw new InvalidDataException("a zip path is empty, too long or has control characters");
        if (path.Contains('\\') || path.Contains(':') || path.Split('/').Any(part => part is "" or "." or ".."))
            throw new InvalidDataException($"the zip path \"{path}\" leads out of the container or is no file");
        return path;
    }

    // Local headers must agree with the directory, and no byte may belong to two files (overlapping files are the "better zip bomb").
    private static void CheckPlaces(ReadOnlySpan<byte> bytes, List<Entry> entries, int directoryStart)
    {
        long free = 0;
        List<Entry> byPlace = [.. entries];
        byPlace.Sort(static (one, other) => one.Offset.CompareTo(other.Offset));
        foreach (Entry entry in byPlace)
        {
            if (entry.Offset + (long)LocalSize > directoryStart || U32(bytes, (int)entry.Offset) != LocalSignature)
                throw new InvalidDataException($"{entry.Path} does not start inside the container");
            ReadOnlySpan<byte> local = bytes[(int)entry.Offset..directoryStart];
            int pathSize = U16(local, 26), extraSize = U16(local, 28);
            long start = (long)entry.Offset + LocalSize + pathSize + extraSize;
            if (entry.Offset < free || start + entry.Packed > directoryStart)
                throw new InvalidDataException($"{entry.Path} overlaps another file or the zip directory");
            if (U16(local, 8) != entry.Method || !local.Slice(LocalSize, pathSize).SequenceEqual(Encoding.UTF8.GetBytes(entry.Path)))
                throw new InvalidDataException($"{entry.Path} is listed with another name or packing than it has");
            if (free == 0 && entry.Offset != 0)
                throw new InvalidDataException("bytes stand before the first file");
            entry.Start = (int)start;
            free = start + entry.Packed;
        }
    }

    private static ImmutableArray<byte> Unpack(ReadOnlyMemory<byte> container, Entry entry)
    {
        ReadOnlyMemory<byte> packed = container.Slice(entry.Start, (int)entry.Packed);
        byte[] content = entry.Method == Stored ? packed.ToArray() : Inflate(packed, entry);
        if (Crc32.Of(content) != entry.Crc)
            throw new InvalidDataException($"the checksum of {entry.Path} is wrong");
        return ImmutableCollectionsMarshal.AsImmutableArray(content);
    }

    private static byte[] Inflate(ReadOnlyMemory<byte> packed, Entry entry)
    {
        byte[] content = new byte[entry.Size];
        using MemoryStream source = new(packed.ToArray(), writable: false);
        using DeflateStream inflate = new(source, CompressionMode.Decompress);
        int read;
        bool more;
        try
        {
            read = inflate.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            more = inflate.ReadByte() >= 0;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"the packed bytes of {entry.Path} are damaged", e);
        }
        return read == content.Length && !more
            ? content
            : throw new InvalidDataException($"{entry.Path} does not unpack to the {entry.Size} bytes that it declares");
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private sealed record Entry(string Path, ushort Method, uint Crc, uint Packed, uint Size, uint Offset)
    {
        public int Start { get; set; }
    }
}
