namespace HotpatchBuild.Benchmarks.Managed;

/// <summary>A project in a git repository of its own, which takes the package from this repository's feed.</summary>
internal sealed class Repository : IDisposable
{
    private Repository(string folder) => Folder = folder;

    public string Folder { get; }

    public string Output => At("bin/Release/net10.0");

    /// <summary>Copies the sources of the measured service; `dotnet pack` has put the package into artifacts/packages.</summary>
    public static Repository Create()
    {
        var repository = new Repository(Directory.CreateTempSubdirectory("hotpatch-benchmark-").FullName);
        foreach (string source in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Managed/Service")))
            File.Copy(source, repository.At(Path.GetFileName(source)));
        File.WriteAllText(repository.At("nuget.config"), $"""<configuration><packageSources><add key="hotpatch" value="{Feed()}" /></packageSources></configuration>""");
        File.WriteAllText(repository.At(".gitignore"), "bin/\nobj/\n");
        Shell.Run(repository.Folder, "git", "init", "-q");
        return repository;
    }

    public string At(string path) => Path.Combine(Folder, path);

    public void Write(string path, string text) => File.WriteAllText(At(path), text);

    public void Replace(string path, string old, string @new)
    {
        string text = File.ReadAllText(At(path));
        if (!text.Contains(old, StringComparison.Ordinal))
            throw new InvalidOperationException($"{path} has no '{old}'.");
        Write(path, text.Replace(old, @new, StringComparison.Ordinal));
    }

    public void Commit(string message)
    {
        Shell.Run(Folder, "git", "add", "-A");
        Shell.Run(Folder, "git", "-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org", "commit", "-q", "-m", message);
    }

    public TimeSpan Build(params string[] properties) => Shell.Run(Folder, "dotnet", ["build", "-c", "Release", "-v", "quiet", .. properties]);

    /// <summary>Keeps a build's output.</summary>
    public string Keep(string name)
    {
        string kept = At("../" + Path.GetFileName(Folder) + "-" + name);
        foreach (string file in Directory.EnumerateFiles(Output, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(kept, Path.GetRelativePath(Output, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return Path.GetFullPath(kept);
    }

    public void Dispose()
    {
        foreach (string folder in Directory.GetDirectories(Path.GetDirectoryName(Folder)!, Path.GetFileName(Folder) + "*"))
            Directory.Delete(folder, recursive: true);
    }

    private static string Feed()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HotpatchBuild.sln")))
                return Path.Combine(folder.FullName, "artifacts/packages");
        }
        throw new DirectoryNotFoundException("The benchmarks run outside the repository.");
    }
}
