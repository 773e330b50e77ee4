using HotpatchBuild.Tests.Live.Packages;
using HotpatchBuild.Tests.Live.Support;

namespace HotpatchBuild.Tests.Live.Managed;

/// <summary>A program's output folder and the deltas that were made for it.</summary>
/// <param name="Output">The baseline's output, prepared for patches.</param>
/// <param name="Deltas">Delta files by what they bring.</param>
/// <param name="Full">Outputs of the builds that the deltas came from: the same fixes for the next start.</param>
internal sealed record ManagedProgramBuild(string Output, IReadOnlyDictionary<string, string> Deltas, IReadOnlyDictionary<string, string> Full)
{
    public string this[string delta] => Deltas[delta];
}

/// <summary>
/// The programs that these tests patch, built once with the packed package the way a user builds: a baseline, and deltas from later commits. Each is
/// built when the first test asks for it. One collection, so that no two tests of it load the machine at the same time.
/// </summary>
public sealed class ManagedPrograms : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hotpatch-managed-").FullName;
    private readonly Lazy<PackageFeed> _feed = new(() => new PackageFeed());
    private readonly Lazy<ManagedProgramBuild> _gauntlet;
    private readonly Lazy<ManagedProgramBuild> _storefront;

    public ManagedPrograms()
    {
        _gauntlet = new(BuildGauntlet);
        _storefront = new(BuildStorefront);
    }

    /// <summary>Deltas v2 and v3 change everything that it checks; common changes what is inlined everywhere.</summary>
    internal ManagedProgramBuild Gauntlet => _gauntlet.Value;

    /// <summary>The example; its deltas have the names of its fixes.</summary>
    internal ManagedProgramBuild Storefront => _storefront.Value;

    internal PackageFeed Feed => _feed.Value;

    public void Dispose()
    {
        if (_feed.IsValueCreated)
            _feed.Value.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private ManagedProgramBuild BuildGauntlet()
    {
        string sources = Path.Combine(_folder, "gauntlet-sources"), built = Path.Combine(sources, "Program/bin/Release/net10.0");
        ManagedGauntletSources.Write("v1", sources);
        string properties = Path.Combine(sources, "Directory.Build.props");
        File.WriteAllText(properties, File.ReadAllText(properties).Replace(
            "</Project>", $"""<ItemGroup><PackageReference Include="HotpatchBuild" Version="{Feed.Version}" PrivateAssets="all" /></ItemGroup></Project>""", StringComparison.Ordinal));
        string withPackage = File.ReadAllText(properties);
        File.WriteAllText(Path.Combine(sources, "nuget.config"), Feed.NuGetConfig);
        File.WriteAllText(Path.Combine(sources, ".gitignore"), "bin/\nobj/\n");
        Run(sources, "git", "init", "-q");
        Commit(sources, "v1");
        Build(sources, "Program");
        string output = KeepOutput(built, "gauntlet");
        var deltas = new Dictionary<string, string>();
        foreach (string version in (string[])["v2", "v3", "common"])
        {
            ManagedGauntletSources.Write(version, sources);
            File.WriteAllText(properties, withPackage);
            Commit(sources, version);
            Build(sources, "Program");
            deltas.Add(version, KeepDelta(Path.Combine(built, "hotpatch/Gauntlet.hotpatch"), "gauntlet-deltas", version));
        }
        return new ManagedProgramBuild(output, deltas, new Dictionary<string, string>());
    }

    private ManagedProgramBuild BuildStorefront()
    {
        AnswerBook book = StorefrontRepository.ReadAnswers();
        using StorefrontRepository repository = StorefrontRepository.Create(Feed);
        repository.Build("-p:EmitHotpatch=true");
        string output = KeepOutput(repository.Output, "storefront");
        var deltas = new Dictionary<string, string>();
        var full = new Dictionary<string, string>();
        foreach (string fix in book.Revisions.Skip(1))
        {
            repository.ApplyFix(fix);
            repository.Build("-p:EmitHotpatch=true");
            deltas.Add(fix, KeepDelta(repository.Delta, "storefront-deltas", fix));
            full.Add(fix, KeepOutput(repository.Output, "storefront-" + fix));
        }
        return new ManagedProgramBuild(output, deltas, full);
    }

    private static void Build(string folder, string project) => Run(folder, "dotnet", "build", project, "-c", "Release", "-p:EmitHotpatch=true");

    private static void Commit(string folder, string message)
    {
        Run(folder, "git", "add", "-A");
        Run(folder, "git", "-c", "user.name=Tests", "-c", "user.email=tests@localhost", "commit", "-q", "-m", message);
    }

    private static void Run(string folder, string program, params string[] arguments)
    {
        CommandResult result = Command.Run(folder, program, arguments);
        Assert.True(result.ExitCode == 0, result.Output);
    }

    private string KeepOutput(string output, string name)
    {
        string kept = Path.Combine(_folder, name);
        FolderCopy.CopyOutput(output, kept);
        return kept;
    }

    private string KeepDelta(string delta, string folder, string name)
    {
        string kept = Path.Combine(_folder, folder, name + ".hotpatch");
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        File.Copy(delta, kept);
        return kept;
    }
}

[CollectionDefinition(Name)]
public sealed class ManagedProgramsCollection : ICollectionFixture<ManagedPrograms>
{
    public const string Name = "managed programs";
}
