using System.Text.RegularExpressions;
using HotpatchBuild.Tests.Live.Packages;

namespace HotpatchBuild.Tests.Live.Support;

/// <summary>A git repository of its own, in a temporary folder, whose root is `examples/pricing`, as a user would have it.</summary>
internal sealed partial class PricingRepository : IDisposable
{
    private PricingRepository(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>The example in this repository.</summary>
    public static string Source { get; } = Path.Combine(FindRepositoryRoot(), "examples", "pricing");

    public static AnswerBook ReadAnswers() => AnswerBook.Read(Path.Combine(Source, "fixes", "expected.json"));

    /// <summary>Copies the example, adds a nuget.config that names this repository's packages, and commits.</summary>
    /// <param name="packages">Where the package comes from; without it, the repository's local feed.</param>
    public static async Task<PricingRepository> CreateAsync(PackageFeed? packages = null)
    {
        var repository = new PricingRepository(Directory.CreateTempSubdirectory("hotpatch-pricing-").FullName);
        repository.CopyExample();
        string feed = Path.Combine(FindRepositoryRoot(), "artifacts", "packages");
        await File.WriteAllTextAsync(
            Path.Combine(repository.Folder, "nuget.config"),
            packages?.NuGetConfig ?? $"""<configuration><packageSources><add key="hotpatch-local" value="{feed}" /></packageSources></configuration>""");
        if (packages is not null)
            await repository.UsePackageVersionAsync(packages.Version);
        await File.WriteAllTextAsync(Path.Combine(repository.Folder, ".gitignore"), "bin/\nobj/\n.hotpatch/\n");
        await repository.GitAsync("init", "-q");
        await repository.CommitAsync("Pricing service");
        return repository;
    }

    /// <summary>Applies one of the fixes, by the name it has in the answer book, and commits it.</summary>
    public async Task ApplyFixAsync(string name)
    {
        await GitAsync("apply", Path.Combine(Source, "fixes", name + ".patch"));
        await CommitAsync(name);
    }

    /// <summary>Publishes the working tree with NativeAOT and returns the path of the executable.</summary>
    public async Task<string> PublishAsync(string output, params string[] arguments)
    {
        await CommandLine.RunAsync(Folder, "dotnet", ["publish", "-c", "Release", "-o", output, .. arguments]);
        return Path.Combine(output, "Pricing");
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private async Task UsePackageVersionAsync(string version)
    {
        string project = Path.Combine(Folder, "Pricing.csproj");
        string text = await File.ReadAllTextAsync(project);
        await File.WriteAllTextAsync(project, PackageVersion().Replace(text, $"${{1}}{version}\""));
    }

    [GeneratedRegex("(\"HotpatchBuild\" Version=\")[^\"]*\"")]
    private static partial Regex PackageVersion();

    private async Task CommitAsync(string message)
    {
        await GitAsync("add", "-A");
        await GitAsync("-c", "user.name=Tests", "-c", "user.email=tests@localhost", "commit", "-q", "-m", message);
    }

    private Task GitAsync(params string[] arguments) => CommandLine.RunAsync(Folder, "git", arguments);

    private void CopyExample()
    {
        foreach (string file in Directory.EnumerateFiles(Source, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(Source, file);
            if (relative.Split('/') is ["bin" or "obj" or ".hotpatch", ..])
                continue;
            string target = Path.Combine(Folder, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static string FindRepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HotpatchBuild.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} is not below HotpatchBuild.sln.");
    }
}
