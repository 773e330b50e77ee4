using System.Buffers;
using System.Text;

namespace HotpatchBuild.Compiler.Revisions;

/// <summary>
/// Paths in git are bytes. They become strings as UTF-8, and every byte 80–FF that is no UTF-8 becomes the lone surrogate U+DC80–U+DCFF,
/// so that each path has one string and each such string its path again (the scheme of Python's PEP 383).
/// </summary>
public static class GitPathText
{
    /// <summary>Bytes as git wrote them, to a string.</summary>
    /// <param name="path">A path without its terminator.</param>
    public static string Decode(ReadOnlySpan<byte> path)
    {
        StringBuilder text = new(path.Length);
        Span<char> unit = stackalloc char[2];
        while (!path.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(path, out Rune rune, out int consumed);
            if (status == OperationStatus.Done)
                text.Append(unit[..rune.EncodeToUtf16(unit)]);
            else
                foreach (byte odd in path[..consumed])
                    text.Append((char)(0xDC00 + odd));
            path = path[consumed..];
        }

        return text.ToString();
    }

    /// <summary>A string of <see cref="Decode"/> to git's bytes.</summary>
    /// <param name="path">The path.</param>
    public static byte[] Encode(string path)
    {
        ArrayBufferWriter<byte> bytes = new(path.Length + 8);
        ReadOnlySpan<char> rest = path;
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out Rune rune, out int consumed) == OperationStatus.Done)
                bytes.Advance(rune.EncodeToUtf8(bytes.GetSpan(4)));
            else if (rest[0] is >= '\uDC80' and <= '\uDCFF')
                bytes.Write([(byte)(rest[0] - 0xDC00)]);
            else
                throw new ArgumentException("The string is not the text of a git path.", nameof(path));
            rest = rest[consumed..];
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>True when the operating system's own file functions can open the path from its string.</summary>
    /// <param name="path">A string of <see cref="Decode"/>.</param>
    public static bool IsPlainText(string path)
    {
        ReadOnlySpan<char> rest = path;
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out int consumed) != OperationStatus.Done)
                return false;
            rest = rest[consumed..];
        }

        return true;
    }
}
