using System.Collections.Immutable;
using System.IO.Compression;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Managed.Diffing;

/// <summary>A build as it lies on a disk: a folder that a program was published to, one assembly, or a NuGet package, packed or not.</summary>
internal sealed class Build : IDisposable
{
    private const string LibraryFolder = "lib/", RuntimeConfiguration = ".runtimeconfig.json", PackageExtension = ".nupkg";

    private readonly IBuiltFiles _files;
    private readonly ImmutableArray<string> _candidates;

    private Build(string path, IBuiltFiles files, IEnumerable<string> candidates, bool package)
    {
        Path = path;
        _files = files;
        IsPackage = package;
        _candidates = [.. candidates.Order(StringComparer.Ordinal)];
        Frameworks =
        [
            .. from name in files.Names
               where IsPackage && name.StartsWith(LibraryFolder, StringComparison.OrdinalIgnoreCase) && IsAssemblyFile(name)
               let end = name.IndexOf('/', LibraryFolder.Length)
               where end > 0
               group name by name[LibraryFolder.Length..end].ToLowerInvariant() into folder
               orderby TargetFrameworks.Nearness(folder.Key) descending
               select folder.Key,
        ];
    }

    /// <summary>What it was called.</summary>
    public string Path { get; }

    /// <summary>True for a package, which has assemblies for more than one framework.</summary>
    public bool IsPackage { get; }

    /// <summary>The frameworks that a package has assemblies for, the nearest first.</summary>
    public ImmutableArray<string> Frameworks { get; }

    /// <summary>The program whose folder it is, by the simple name of its assembly; null for assemblies of no program in particular.</summary>
    public string? Program => IsPackage ? null : _files.Names.Where(n => n.EndsWith(RuntimeConfiguration, StringComparison.OrdinalIgnoreCase)).Select(n => n[..^RuntimeConfiguration.Length]).Order(StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Opens a build.</summary>
    /// <exception cref="HotpatchException">It is none.</exception>
    public static Build Open(string path)
    {
        try
        {
            if (Directory.Exists(path))
                return OpenFolder(path);
            if (!File.Exists(path))
                throw new HotpatchException(DiffDiagnostics.NotABuild.With(path, "there is nothing of that name"));
            if (path.EndsWith(PackageExtension, StringComparison.OrdinalIgnoreCase))
            {
                PackageFiles package = new(ZipFile.OpenRead(path));
                return new Build(path, package, [], package: true);
            }
            string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, name = System.IO.Path.GetFileName(path);
            FolderFiles file = new(folder, [name]);
            if (BuiltAssembly.Of(name, file) is null)
                throw new HotpatchException(IsExecutable(path) ? DiffDiagnostics.NativeProgram.With(path) : DiffDiagnostics.NotABuild.With(path, "it is no assembly"));
            return new Build(path, file, [name], package: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException)
        {
            throw new HotpatchException(DiffDiagnostics.NotABuild.With(path, e.Message.TrimEnd('.')), e);
        }
    }

    /// <summary>Its assemblies.</summary>
    /// <param name="framework">Of a package, which framework's; not used for others.</param>
    /// <exception cref="HotpatchException">A file cannot be read.</exception>
    public ImmutableArray<BuiltAssembly> Assemblies(string? framework)
    {
        IEnumerable<string> names = IsPackage
            ? _files.Names.Where(n => n.StartsWith($"{LibraryFolder}{framework}/", StringComparison.OrdinalIgnoreCase) && IsAssemblyFile(n) && n.Count(c => c == '/') == 2)
            : _candidates;
        try
        {
            return [.. names.Select(n => BuiltAssembly.Of(n, _files)).OfType<BuiltAssembly>().DistinctBy(a => a.Name).OrderBy(a => a.Name, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new HotpatchException(DiffDiagnostics.NotABuild.With(Path, e.Message.TrimEnd('.')), e);
        }
    }

    /// <summary>Whether its folder holds a program without assemblies.</summary>
    public bool IsNativeProgram() => !IsPackage && Directory.Exists(Path) && Directory.EnumerateFiles(Path).Any(IsExecutable);

    /// <inheritdoc/>
    public void Dispose() => (_files as IDisposable)?.Dispose();

    private static Build OpenFolder(string path)
    {
        ImmutableArray<string> own = [.. Directory.EnumerateFiles(path).Select(f => System.IO.Path.GetFileName(f)!)];
        bool package = Directory.Exists(System.IO.Path.Combine(path, "lib")) && !own.Any(IsAssemblyFile);
        if (!package)
            return new Build(path, new FolderFiles(path, own), own.Where(IsAssemblyFile), package: false);
        string[] all = [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(f => System.IO.Path.GetRelativePath(path, f).Replace('\\', '/'))];
        return new Build(path, new FolderFiles(path, all), [], package: true);
    }

    private static bool IsAssemblyFile(string name) => name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase);

    private static bool IsExecutable(string path)
    {
        Span<byte> magic = stackalloc byte[4];
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return file.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && (magic.SequenceEqual("\u007fELF"u8) || magic[..2].SequenceEqual("MZ"u8));
    }
}
