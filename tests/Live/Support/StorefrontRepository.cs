using HotpatchBuild.Tests.Live.Packages;

namespace HotpatchBuild.Tests.Live.Support;

/// <summary>A git repository of its own, in a temporary folder, whose root is `examples/storefront`, as a user would have it.</summary>
internal sealed class StorefrontRepository : IDisposable
{
    private const string Framework = "net10.0";

    private StorefrontRepository(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Where the service's build puts the program.</summary>
    public string Output => Path.Combine(Folder, "Storefront/bin/Release", Framework);

    /// <summary>Where a build puts its delta.</summary>
    public string Delta => Path.Combine(Output, "hotpatch/Storefront.hotpatch");

    private static string Source { get; } = Path.Combine(RepositoryRoot.Folder, "examples", "storefront");

    public static AnswerBook ReadAnswers() => AnswerBook.Read(Path.Combine(Source, "fixes", "expected.json"));

    /// <summary>Copies the example, names the feed and its package, and commits.</summary>
    public static StorefrontRepository Create(PackageFeed feed)
    {
        var repository = new StorefrontRepository(Directory.CreateTempSubdirectory("hotpatch-storefront-").FullName);
        FolderCopy.Copy(Source, repository.Folder);
        string properties = Path.Combine(repository.Folder, "Directory.Build.props");
        File.WriteAllText(properties, File.ReadAllText(properties).Replace("\"HotpatchBuild\" Version=\"0.1.0\"", $"\"HotpatchBuild\" Version=\"{feed.Version}\"", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(repository.Folder, "nuget.config"), feed.NuGetConfig);
        File.WriteAllText(Path.Combine(repository.Folder, ".gitignore"), "bin/\nobj/\n.hotpatch/\n");
        repository.Run("git", "init", "-q");
        repository.Commit("Storefront 1.0");
        return repository;
    }

    /// <summary>Applies one of the fixes, by the name it has in the answer book, and commits it.</summary>
    public void ApplyFix(string name)
    {
        Run("git", "apply", Path.Combine(Source, "fixes", name + ".patch"));
        Commit(name);
    }

    public CommandResult Build(params string[] arguments) => Run("dotnet", ["build", "-c", "Release", .. arguments]);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void Commit(string message)
    {
        Run("git", "add", "-A");
        Run("git", "-c", "user.name=Tests", "-c", "user.email=tests@localhost", "commit", "-q", "-m", message);
    }

    private CommandResult Run(string program, params string[] arguments)
    {
        CommandResult result = Command.Run(Folder, program, arguments);
        Assert.True(result.ExitCode == 0, result.Output);
        return result;
    }
}
