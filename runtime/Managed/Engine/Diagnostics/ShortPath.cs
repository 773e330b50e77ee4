using System.Globalization;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Runtime.Managed.Diagnostics;

/// <summary>An open folder, for a path to it that is short.</summary>
internal sealed class ShortPath : IDisposable
{
    private readonly int _descriptor;

    private ShortPath(int descriptor) => _descriptor = descriptor;

    /// <summary>The path; it holds while this object does.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_descriptor}");

    /// <summary>Opens a folder.</summary>
    /// <returns>Null when it cannot be.</returns>
    public static ShortPath? Open(string path) => SystemCalls.Open(path, SystemCalls.Folder & ~SystemCalls.NoLink) is >= 0 and var descriptor ? new ShortPath(descriptor) : null;

    /// <inheritdoc/>
    public void Dispose() => _ = SystemCalls.Close(_descriptor);
}
