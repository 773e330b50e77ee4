using System.IO.Compression;

namespace HotpatchBuild.Compiler.Managed.Diffing;

/// <summary>The files of a build, wherever they are.</summary>
internal interface IBuiltFiles
{
    /// <summary>Paths inside the build, with forward slashes.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Whether there is a file.</summary>
    bool Contains(string name);

    /// <summary>Opens a file; the stream can seek.</summary>
    Stream Open(string name);

    /// <summary>Reads a file.</summary>
    byte[] Read(string name);
}

/// <summary>A folder.</summary>
internal sealed class FolderFiles(string folder, IReadOnlyCollection<string> names) : IBuiltFiles
{
    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => names;

    /// <inheritdoc/>
    public bool Contains(string name) => File.Exists(Path.Combine(folder, name));

    /// <inheritdoc/>
    public Stream Open(string name) => new FileStream(Path.Combine(folder, name), FileMode.Open, FileAccess.Read, FileShare.Read);

    /// <inheritdoc/>
    public byte[] Read(string name) => File.ReadAllBytes(Path.Combine(folder, name));
}

/// <summary>A NuGet package file.</summary>
internal sealed class PackageFiles(ZipArchive archive) : IBuiltFiles, IDisposable
{
    // No assembly is larger; a package that says so is damaged.
    private const int MaximumSize = 256 << 20;

    private readonly Dictionary<string, ZipArchiveEntry> _entries =
        archive.Entries.GroupBy(e => Uri.UnescapeDataString(e.FullName.Replace('\\', '/')), StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.First(), StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <inheritdoc/>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <inheritdoc/>
    public Stream Open(string name) => new MemoryStream(Read(name), writable: false);

    /// <inheritdoc/>
    public byte[] Read(string name)
    {
        ZipArchiveEntry entry = _entries[name];
        if (entry.Length > MaximumSize)
            throw new InvalidDataException($"{name} is larger than {MaximumSize >> 20} MB");
        byte[] content = new byte[entry.Length];
        using Stream stream = entry.Open();
        stream.ReadExactly(content);
        return content;
    }

    /// <inheritdoc/>
    public void Dispose() => archive.Dispose();
}
