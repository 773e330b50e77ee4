using HotpatchBuild.Tests.Live.Packages;

namespace HotpatchBuild.Tests.Live.Ilc;

/// <summary>An ILC whose map calls methods by another name, as another version might.</summary>
[Collection(PackageTests.Name)]
public sealed class UnknownFormat(PackageFeed feed) : IDisposable
{
    private readonly CacheFolder _cache = new();

    [Fact]
    public void Fails_the_probe_and_is_refused_unless_the_user_takes_the_risk()
    {
        using var project = new TestProject(feed);
        // The compiler's own folder is known when the project is restored.
        CommandResult restore = project.Dotnet("restore", "-p:EmitHotpatch=true");
        Assert.True(restore.ExitCode == 0, restore.Output);
        CommandResult tools = project.Dotnet("msbuild", "-p:EmitHotpatch=true", "-p:Configuration=Release", "-t:ProcessFrameworkReferences;ResolveFrameworkReferences;SetupProperties", "-getProperty:IlcToolsPath");
        Assert.True(tools.ExitCode == 0, tools.Output);
        string strange = StrangeCompiler(project, tools.Output.Trim().Replace('\\', '/'));

        CommandResult refused = _cache.Build(project, $"-p:IlcToolsPath={strange}");
        Assert.NotEqual(0, refused.ExitCode);
        string error = Assert.Single(refused.LinesWith("error HPB2431"));
        Assert.Contains(" failed the probe: ", error, StringComparison.Ordinal);
        Assert.Contains("HotpatchQualify=false", error, StringComparison.Ordinal);
        Assert.Empty(project.Baselines);
        Assert.Empty(_cache.Files);

        CommandResult taken = _cache.Build(project, $"-p:IlcToolsPath={strange}", "-p:HotpatchQualify=false");
        Assert.True(taken.ExitCode == 0, taken.Output);
        Assert.Single(taken.LinesWith("warning HPB2434"));
        Assert.Single(project.Baselines);
        Assert.Empty(_cache.Files);
    }

    public void Dispose() => _cache.Dispose();

    private static string StrangeCompiler(TestProject project, string tools)
    {
        string folder = project.At("obj/strange/");
        Directory.CreateDirectory(folder);
        string script = Path.Combine(folder, "ilc");
        File.WriteAllText(script, $$"""
            #!/bin/sh
            "{{Path.Combine(tools, "ilc")}}" "$@" || exit
            map=$(sed -n 's/^--map://p' "${1#@}")
            sed -i 's/<MethodCode /<MethodBody /' "$map"
            """.ReplaceLineEndings("\n"));
        Assert.Equal(0, Command.Run(folder, "chmod", "+x", script).ExitCode);
        return folder;
    }
}
