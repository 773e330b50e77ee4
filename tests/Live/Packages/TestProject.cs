namespace HotpatchBuild.Tests.Live.Packages;

/// <summary>A user's project in a git repository of its own.</summary>
public sealed class TestProject : IDisposable
{
    private readonly PackageFeed _feed;

    public TestProject(PackageFeed feed, string framework = "net9.0", bool aot = true, bool package = true, string properties = "")
    {
        _feed = feed;
        Framework = framework;
        Native = aot;
        Git("init", "-q", "-b", "main");
        WriteProject(aot, package, properties);
        Write("nuget.config", feed.NuGetConfig);
        Write(".gitignore", "bin/\nobj/\n");
        Write("Program.cs", """
            Console.WriteLine("hello " + Greeter.Name(args.Length));
            static class Greeter { public static string Name(int number) => number == 0 ? "world" : number.ToString(); }
            """);
        Commit("first");
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("hotpatch-project").FullName;

    public string Framework { get; }

    /// <summary>Whether the program is NativeAOT's and not CoreCLR's.</summary>
    public bool Native { get; }

    public string OutputFolder => At($"bin/Release/{Framework}{(Native ? "/linux-x64" : "")}");

    public string IntermediateFolder => At($"obj/Release/{Framework}{(Native ? "/linux-x64" : "")}");

    public string Executable => Path.Combine(OutputFolder, Native ? "native/App" : "App");

    public string Delta => Path.Combine(OutputFolder, "hotpatch/App.hotpatch");

    public string Store => At(".hotpatch");

    public IReadOnlyList<string> Baselines => Directory.Exists(Store) ? [.. Directory.GetFiles(Store, "*.hotbase").Order(StringComparer.Ordinal)] : [];

    public string At(string path) => Path.Combine(Folder, path);

    public void Write(string path, string text) => File.WriteAllText(At(path), text);

    public void WriteProject(bool aot = true, bool package = true, string properties = "") => Write("App.csproj", $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>{Framework}</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <InvariantGlobalization>true</InvariantGlobalization>
            {(aot ? "<PublishAot>true</PublishAot>" : "")}
            {properties}
          </PropertyGroup>
          <ItemGroup>
            {(package ? $"<PackageReference Include=\"HotpatchBuild\" Version=\"{_feed.Version}\" PrivateAssets=\"all\" />" : "")}
          </ItemGroup>
        </Project>
        """);

    public void Commit(string message)
    {
        Git("add", "-A");
        Git("-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "-q", "--allow-empty", "-m", message);
    }

    public string Git(params string[] arguments)
    {
        CommandResult result = Command.Run(Folder, "git", arguments);
        return result.ExitCode == 0 ? result.Output.Trim() : throw new InvalidOperationException(result.Output);
    }

    /// <summary>A build, or whatever verb is given, with the flag.</summary>
    public CommandResult Hotpatch(string verb = "build", params string[] properties) => Dotnet([verb, "-c", "Release", "-p:EmitHotpatch=true", .. properties]);

    public CommandResult Dotnet(params string[] arguments) => Command.Run(Folder, "dotnet", arguments);

    public string RunProgram(params string[] arguments) => Command.Run(Folder, Executable, arguments).Output.Trim();

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
