namespace HotpatchBuild.Runtime.Native.Processes;

/// <summary>One line of /proc/pid/maps (proc_pid_maps(5)).</summary>
/// <param name="Start">First address.</param>
/// <param name="End">Address behind the last.</param>
/// <param name="Protection">As the kernel prints it, for example <c>r-xp</c>.</param>
/// <param name="Offset">Offset in the file of the first byte.</param>
/// <param name="Path">The file, <c>[stack]</c> and the like, or empty.</param>
public sealed record Mapping(ulong Start, ulong End, string Protection, ulong Offset, string Path)
{
    /// <summary>Instructions may be fetched from it.</summary>
    public bool Executable => Protection.Length > 2 && Protection[2] == 'x';

    /// <summary>The process may write it.</summary>
    public bool Writable => Protection.Length > 1 && Protection[1] == 'w';

    /// <summary>Reads one line.</summary>
    /// <param name="line">Without the line end.</param>
    /// <returns>The mapping, or null when the line is none.</returns>
    public static Mapping? Parse(string line)
    {
        // start-end perms offset major:minor inode        path
        Span<Range> fields = stackalloc Range[6];
        ReadOnlySpan<char> text = line;
        int count = text.Split(fields, ' ', StringSplitOptions.RemoveEmptyEntries);
        if (count < 5)
            return null;
        ReadOnlySpan<char> addresses = text[fields[0]];
        int dash = addresses.IndexOf('-');
        if (dash < 0 || !Hex(addresses[..dash], out ulong start) || !Hex(addresses[(dash + 1)..], out ulong end) || end <= start || !Hex(text[fields[2]], out ulong offset))
            return null;
        return new Mapping(start, end, text[fields[1]].ToString(), offset, count == 6 ? text[fields[5]].ToString() : "");
    }

    private static bool Hex(ReadOnlySpan<char> digits, out ulong value) =>
        ulong.TryParse(digits, System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out value);
}
