namespace HotpatchBuild.Runtime.Managed.Processes;

/// <summary>Which of the two engines a process is for.</summary>
public static class Recognition
{
    /// <summary>SHA-256 of ".net core bundle", which stands in every executable that can hold a program, behind the place of its content (apphost's bundle_marker.cpp).</summary>
    private static ReadOnlySpan<byte> BundleMarker =>
    [
        0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
        0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
    ];

    /// <summary>True when a process has CoreCLR loaded. One that cannot be seen has not.</summary>
    /// <param name="pid">Process id.</param>
    public static bool RunsOnCoreClr(int pid)
    {
        try
        {
            return MappedFiles.Read(pid).Runtime is not null;
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>True when an executable holds a whole program and its runtime.</summary>
    /// <param name="executable">The file.</param>
    public static bool IsSingleFile(Stream executable)
    {
        var window = new byte[1 << 20];
        var kept = 0;
        for (int read; (read = executable.Read(window, kept, window.Length - kept)) > 0;)
        {
            var filled = window.AsSpan(0, kept + read);
            var at = filled.IndexOf(BundleMarker);
            if (at >= sizeof(long))
                return filled.Slice(at - sizeof(long), sizeof(long)).ContainsAnyExcept((byte)0);
            // What may be the marker's beginning, and the place before it.
            kept = Math.Min(filled.Length, BundleMarker.Length + sizeof(long));
            filled[^kept..].CopyTo(window);
        }
        return false;
    }
}
