using System.Text;

namespace HotpatchBuild.Formats;

/// <summary>Which texts out of a file are fit to be shown on a terminal.</summary>
internal static class Texts
{
    /// <summary>UTF-8 that throws on what is not Unicode instead of replacing it.</summary>
    public static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>True for a text of at least one character, without control characters, that fits into so many bytes of UTF-8.</summary>
    public static bool IsName(string? text, int maximumBytes) => !string.IsNullOrEmpty(text) && IsLine(text, maximumBytes);

    /// <summary>True for a text, possibly empty, without control characters, that fits into so many bytes of UTF-8.</summary>
    public static bool IsLine(string? text, int maximumBytes) => IsText(text, maximumBytes) && !text!.Any(char.IsControl);

    /// <summary>True for a text, possibly empty, that fits into so many bytes of UTF-8 and whose only control characters are tabs and line ends.</summary>
    public static bool IsText(string? text, int maximumBytes)
    {
        if (text is null || text.Length > maximumBytes || Encoding.UTF8.GetByteCount(text) > maximumBytes)
            return false;
        // The second group reorders what a terminal shows ("Trojan Source", CVE-2021-42574).
        foreach (char c in text)
        {
            if ((char.IsControl(c) && c is not ('\t' or '\n' or '\r')) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'))
                return false;
        }
        return !HasLoneSurrogate(text);
    }

    /// <summary>True for an even number of lower-case hex digits within the given range of digits.</summary>
    public static bool IsLowerHex(string? text, int minimumDigits, int maximumDigits) =>
        text is not null && text.Length >= minimumDigits && text.Length <= maximumDigits && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigitLower);

    private static bool HasLoneSurrogate(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return true;
            i++;
        }
        return false;
    }
}
