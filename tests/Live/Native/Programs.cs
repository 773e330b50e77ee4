using HotpatchBuild.Tests.Live.Packages;
using HotpatchBuild.Tests.Live.Support;

namespace HotpatchBuild.Tests.Live.Native;

/// <summary>An executable and the deltas that were made for it.</summary>
/// <param name="Executable">The baseline.</param>
/// <param name="Deltas">Deltas by what they bring.</param>
internal sealed record BuiltProgram(string Executable, IReadOnlyDictionary<string, string> Deltas)
{
    public string this[string delta] => Deltas[delta];
}

/// <summary>
/// The programs that these tests patch, built once with the packed package the way a user builds: a baseline, and deltas from later commits. Each is
/// built when the first test asks for it. One collection, so that no two tests of it load the machine at the same time.
/// </summary>
public sealed class Programs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hotpatch-programs-").FullName;
    private readonly Lazy<PackageFeed> _feed = new(() => new PackageFeed());
    private readonly Lazy<BuiltProgram> _gauntlet;
    private readonly Lazy<BuiltProgram> _crowded;
    private readonly Lazy<BuiltProgram> _pricing;

    public Programs()
    {
        _gauntlet = new(() => BuildGauntlet("gauntlet", "", "v2", "v3", "leaf2", "leaf3"));
        // Room for one of the two fixes.
        _crowded = new(() => BuildGauntlet("crowded", "<HotpatchArenaFunctions>120</HotpatchArenaFunctions><HotpatchArenaCodeBytes>65536</HotpatchArenaCodeBytes>", "v2", "v3"));
        _pricing = new(BuildPricing);
    }

    /// <summary>Deltas v2 and v3 change everything that it checks; leaf2 and leaf3 change one small function.</summary>
    internal BuiltProgram Gauntlet => _gauntlet.Value;

    /// <summary>The same program, built with a small arena.</summary>
    internal BuiltProgram Crowded => _crowded.Value;

    /// <summary>The example; its deltas have the names of its fixes.</summary>
    internal BuiltProgram Pricing => _pricing.Value;

    public void Dispose()
    {
        if (_feed.IsValueCreated)
            _feed.Value.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private BuiltProgram BuildGauntlet(string name, string properties, params string[] versions)
    {
        // With the layouts that let the most edits through: these fixes change a bit of everything at once.
        const string Layouts = "<HotpatchNoScan>true</HotpatchNoScan><HotpatchNoPreinitializedStatics>true</HotpatchNoPreinitializedStatics>";
        using var project = new TestProject(_feed.Value, properties: "<AllowUnsafeBlocks>true</AllowUnsafeBlocks>" + Layouts + properties);
        foreach (string file in Directory.EnumerateFiles(GauntletSources.Program))
            File.Copy(file, project.At(Path.GetFileName(file)), overwrite: true);
        project.Commit("baseline");
        Build(project.Folder);
        string executable = Keep(project.Executable, name, "App");
        var deltas = new Dictionary<string, string>();
        foreach (string version in versions)
        {
            project.Write("Patched.cs", GauntletSources.Patched(version));
            project.Commit(version);
            Build(project.Folder);
            deltas.Add(version, Keep(project.Delta, name, version + ".hotpatch"));
        }
        return new BuiltProgram(executable, deltas);
    }

    private BuiltProgram BuildPricing()
    {
        AnswerBook book = PricingRepository.ReadAnswers();
        using PricingRepository repository = PricingRepository.CreateAsync(_feed.Value).GetAwaiter().GetResult();
        string output = Path.Combine(repository.Folder, "bin/Release/net9.0/linux-x64");
        Build(repository.Folder);
        string executable = Keep(Path.Combine(output, "native/Pricing"), "pricing", "Pricing");
        var deltas = new Dictionary<string, string>();
        foreach (string fix in book.Revisions.Skip(1))
        {
            repository.ApplyFixAsync(fix).GetAwaiter().GetResult();
            Build(repository.Folder);
            deltas.Add(fix, Keep(Path.Combine(output, "hotpatch/Pricing.hotpatch"), "pricing", fix + ".hotpatch"));
        }
        return new BuiltProgram(executable, deltas);
    }

    private static void Build(string folder)
    {
        CommandResult build = Command.Run(folder, "dotnet", "build", "-c", "Release", "-p:EmitHotpatch=true");
        Assert.True(build.ExitCode == 0, build.Output);
    }

    private string Keep(string file, string folder, string name)
    {
        string kept = Path.Combine(_folder, folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        File.Copy(file, kept);
        return kept;
    }
}

[CollectionDefinition(Name)]
public sealed class NativePrograms : ICollectionFixture<Programs>
{
    public const string Name = "native programs";
}
