using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace HotpatchBuild.Tests.Live.Packages;

/// <summary>
/// A feed with the package as it is packed right now, under a version of its own, so that no cache can hand out an older one. Packages go
/// into a folder of this run; what the machine has already is used from there.
/// </summary>
public sealed class PackageFeed : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hotpatch-feed").FullName;

    public PackageFeed()
    {
        string root = RepositoryRoot();
        string packed = Path.Combine(_folder, "packed");
        CommandResult result = Command.Run(root, "dotnet", "pack", Path.Combine(root, "msbuild/Tasks/HotpatchBuild.csproj"), "-c", "Release", "-v", "quiet", "-o", packed);
        Assert.True(result.ExitCode == 0, result.Output);
        string package = Assert.Single(Directory.GetFiles(packed, "HotpatchBuild.*.nupkg"));
        Version = Path.GetFileNameWithoutExtension(package)["HotpatchBuild.".Length..] + "-test" + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(package)))[..8];
        Directory.CreateDirectory(Path.Combine(_folder, "feed"));
        Package = Path.Combine(_folder, "feed", $"HotpatchBuild.{Version}.nupkg");
        WithVersion(package, Package, Version);
    }

    /// <summary>The package's file.</summary>
    public string Package { get; }

    /// <summary>The package's version in this feed.</summary>
    public string Version { get; }

    /// <summary>A <c>nuget.config</c> that adds the feed to the machine's own sources.</summary>
    public string NuGetConfig
    {
        get
        {
            string home = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");
            return $"""
                <configuration>
                  <packageSources><add key="hotpatch-test" value="{_folder}/feed" /></packageSources>
                  <config><add key="globalPackagesFolder" value="{_folder}/packages" /></config>
                  <fallbackPackageFolders><add key="machine" value="{home}" /></fallbackPackageFolders>
                </configuration>
                """;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string RepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HotpatchBuild.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException("The tests run outside the repository.");
    }

    private static void WithVersion(string package, string target, string version)
    {
        File.Copy(package, target);
        using ZipArchive zip = ZipFile.Open(target, ZipArchiveMode.Update);
        ZipArchiveEntry nuspec = zip.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal));
        string text;
        using (var reader = new StreamReader(nuspec.Open(), Encoding.UTF8))
            text = reader.ReadToEnd();
        int start = text.IndexOf("<version>", StringComparison.Ordinal), end = text.IndexOf("</version>", StringComparison.Ordinal);
        string name = nuspec.FullName;
        nuspec.Delete();
        using var writer = new StreamWriter(zip.CreateEntry(name).Open());
        writer.Write(text[..start] + "<version>" + version + text[end..]);
    }
}

[CollectionDefinition(Name)]
public sealed class PackageTests : ICollectionFixture<PackageFeed>
{
    public const string Name = "package";
}
