using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Runtime.Native.Processes;

/// <summary>The beginning of an executable: as much as tells what it is and where its arena lies.</summary>
public static class ExecutableHeaders
{
    private const int UsualSize = 16 << 10;
    private const int LargestSize = 16 << 20;

    /// <summary>Reads the headers and the notes, wherever these lie.</summary>
    /// <param name="file">The executable.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">It is no such file.</exception>
    public static ElfFile Read(Stream file, string name)
    {
        var headers = ElfFile.ReadHeaders(Beginning(file, UsualSize), name);
        var needed = UsualSize;
        foreach (var segment in headers.Segments)
        {
            if (segment.Type == ElfSegmentType.Note && segment.Offset < LargestSize && segment.FileSize < LargestSize)
                needed = Math.Max(needed, (int)(segment.Offset + segment.FileSize));
        }
        return needed == UsualSize ? headers : ElfFile.ReadHeaders(Beginning(file, needed), name);
    }

    private static byte[] Beginning(Stream file, int size)
    {
        file.Position = 0;
        var bytes = new byte[Math.Min(size, file.Length)];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
