using HotpatchBuild.Tests.Live.Packages;

namespace HotpatchBuild.Tests.Live.Ilc;

/// <summary>A user's cache folder in which no ILC version is known.</summary>
internal sealed class CacheFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hotpatch-cache").FullName;

    /// <summary>What is remembered.</summary>
    public IReadOnlyList<string> Files => Directory.Exists(Qualified) ? Directory.GetFiles(Qualified) : [];

    private string Qualified => Path.Combine(_folder, "hotpatchbuild/qualified");

    /// <summary>Builds a project for a user with this cache.</summary>
    public CommandResult Build(TestProject project, params string[] properties) =>
        Command.Run(project.Folder, "env", [$"XDG_CACHE_HOME={_folder}", "dotnet", "build", "-c", "Release", "-p:EmitHotpatch=true", .. properties]);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
