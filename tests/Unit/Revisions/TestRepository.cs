using System.Diagnostics;
using System.Text;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Tests.Unit.Revisions;

/// <summary>A real repository made by the real git in a folder of its own.</summary>
public sealed class TestRepository : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public TestRepository(params string[] initOptions)
    {
        Folder = _home.Sub("repo");
        Git(["init", "-q", "-b", "main", .. initOptions]);
    }

    private TestRepository(Func<TestRepository, string> make)
    {
        Folder = _home.Path;
        Folder = make(this);
    }

    public string Folder { get; private set; }

    public string Outside => _home.Path;

    public static TestRepository Cloned(TestRepository origin, params string[] options) => new(clone =>
    {
        string target = Path.Combine(clone._home.Path, "clone");
        clone.Git(["clone", "-q", .. options, "file://" + origin.Folder, target]);
        return target;
    });

    public string At(string path) => Path.Combine(Folder, path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    public void MakeExecutable(string path)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("These tests run where files have an executable bit.");
        File.SetUnixFileMode(At(path), (UnixFileMode)0b111_101_101);
    }

    /// <summary>Commits the whole working tree.</summary>
    public ObjectId Commit(string message)
    {
        Git("add", "-A");
        Git("commit", "-q", "--allow-empty", "-m", message);
        return Head();
    }

    public ObjectId Commit(string message, string path, string text)
    {
        Write(path, text);
        return Commit(message);
    }

    public ObjectId Head()
    {
        Assert.True(ObjectId.TryParse(Git("rev-parse", "HEAD"), out ObjectId id));
        return id;
    }

    public string Git(params IEnumerable<string> arguments) => GitIn(Folder, arguments);

    public static string GitIn(string folder, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new("git")
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (string argument in (string[])["-c", "user.name=Test Person", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false",
                     "-c", "protocol.file.allow=always", "-c", "core.hooksPath=/dev/null", .. arguments])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"git {string.Join(' ', arguments)}: {error.Result}");
        return output.TrimEnd('\n');
    }

    public GitExecutable Open() => GitExecutable.Open(Folder);

    public void Dispose() => _home.Dispose();
}

internal static class TestRepositoryExtensions
{
    internal static string ReadText(this IGitRepository repository, TreeEntry file) => Encoding.UTF8.GetString(repository.ReadBlob(file.Id));

    internal static string[] Paths(this IEnumerable<TreeEntry> tree) => [.. tree.Select(entry => entry.Path)];

    internal static string[] Lines(this IEnumerable<TreeChange> changes) =>
        [.. changes.Select(change => $"{change.Kind} {change.Older?.Path}>{change.Newer?.Path}")];
}
