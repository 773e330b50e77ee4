using System.Collections.Immutable;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>How build-ids are shown.</summary>
public static class BuildIds
{
    private const int ShortBytes = 6;

    /// <summary>Enough of it to tell builds apart.</summary>
    /// <param name="buildId">The build-id.</param>
    public static string Short(ImmutableArray<byte> buildId) =>
        buildId.IsDefaultOrEmpty ? "none" : Convert.ToHexStringLower(buildId.AsSpan()[..Math.Min(ShortBytes, buildId.Length)]);

    /// <summary>Enough of it to tell builds apart.</summary>
    /// <param name="buildId">The build-id in hex.</param>
    public static string Short(string? buildId) =>
        string.IsNullOrEmpty(buildId) ? "none" : buildId[..Math.Min(2 * ShortBytes, buildId.Length)];
}
