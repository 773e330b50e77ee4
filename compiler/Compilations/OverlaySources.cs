namespace HotpatchBuild.Compiler.Compilations;

/// <summary>Recorded files in front of other sources.</summary>
/// <param name="overlay">Bytes by absolute path; null for a file that isn't there.</param>
/// <param name="below">Where all other files come from.</param>
public sealed class OverlaySources(IReadOnlyDictionary<string, byte[]?> overlay, ISourceProvider below) : ISourceProvider
{
    /// <inheritdoc/>
    public string Name => below.Name;

    /// <inheritdoc/>
    public byte[]? Read(string path, CancellationToken cancellation = default) =>
        overlay.TryGetValue(path, out byte[]? content) ? content : below.Read(path, cancellation);

    /// <inheritdoc/>
    public bool IsFromDisk(string path) => !overlay.ContainsKey(path) && below.IsFromDisk(path);
}
