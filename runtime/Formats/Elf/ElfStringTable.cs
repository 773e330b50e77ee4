using System.Text;

namespace HotpatchBuild.Formats.Elf;

/// <summary>Zero-terminated strings of one section.</summary>
internal sealed class ElfStringTable(string file, ReadOnlyMemory<byte> bytes)
{
    // Names of a real table may share tails, but together they are never many times longer than the table. Without this
    // bound, a small file with many symbols that all name one long string would make gigabytes of strings.
    private long _left = 64L * 1024 + (16L * bytes.Length);

    public ReadOnlySpan<byte> Utf8At(uint offset)
    {
        ReadOnlySpan<byte> all = bytes.Span;
        if (offset == 0 && all.IsEmpty)
            return default;
        if (offset >= (uint)all.Length)
            throw ElfFile.Malformed(file, "a name lies outside its string table");
        ReadOnlySpan<byte> tail = all[(int)offset..];
        int length = tail.IndexOf((byte)0);
        if (length < 0)
            throw ElfFile.Malformed(file, "a name has no end");
        return tail[..length];
    }

    public string At(uint offset)
    {
        ReadOnlySpan<byte> utf8 = Utf8At(offset);
        if (utf8.IsEmpty)
            return "";
        if ((_left -= utf8.Length) < 0)
            throw ElfFile.Malformed(file, "its names are longer than its string table allows");
        return Encoding.UTF8.GetString(utf8);
    }
}
