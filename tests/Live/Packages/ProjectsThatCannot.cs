namespace HotpatchBuild.Tests.Live.Packages;

/// <summary>What the engine cannot do is said by number before anything is compiled.</summary>
[Collection(PackageTests.Name)]
public sealed class ProjectsThatCannot(PackageFeed feed)
{
    [Theory]
    [InlineData("HPB2405", "<StackTraceSupport>false</StackTraceSupport>")]
    [InlineData("HPB2406", "<DebugType>none</DebugType>")]
    [InlineData("HPB2408", "<HotpatchOnRefusal>ignore</HotpatchOnRefusal>")]
    [InlineData("HPB2408", "<HotpatchOnRefusal>ignore</HotpatchOnRefusal>", false)]
    [InlineData("HPB2403", "<RuntimeIdentifier>linux-arm64</RuntimeIdentifier><SelfContained>false</SelfContained><UseAppHost>false</UseAppHost>", false)]
    [InlineData("HPB2409", "<PublishTrimmed>true</PublishTrimmed><RuntimeIdentifier>linux-x64</RuntimeIdentifier>", false)]
    [InlineData("HPB2410", "<PublishSingleFile>true</PublishSingleFile><RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>false</SelfContained>", false)]
    [InlineData("HPB2412", "<DebugType>none</DebugType>", false)]
    public void Be_hot_patched_are_refused_before_compiling(string code, string properties, bool aot = true)
    {
        using var project = new TestProject(feed, aot ? "net9.0" : "net10.0", aot, properties: properties);
        CommandResult build = project.Hotpatch();
        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("error " + code + ": ", Assert.Single(build.LinesWith("error HPB")), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(project.OutputFolder, "App.dll")));
        Assert.Empty(project.Baselines);
    }

    [Fact]
    public void Find_the_native_compiler_are_told_to_restore()
    {
        using var project = new TestProject(feed);
        Assert.Equal(0, project.Dotnet("restore", "-p:PublishAot=false").ExitCode);
        CommandResult build = project.Hotpatch("build", "--no-restore");
        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("error HPB2407: ", Assert.Single(build.LinesWith("error HPB")), StringComparison.Ordinal);
    }

    [Fact]
    public void Get_the_arena_they_ask_for_are_told_the_limits()
    {
        using var project = new TestProject(feed);
        CommandResult build = project.Hotpatch("build", "-p:HotpatchArenaCodeBytes=5000");
        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("error HPB2423: HotpatchArenaCodeBytes is 5000", Assert.Single(build.LinesWith("error HPB")), StringComparison.Ordinal);
    }

    [Fact]
    public void Be_libraries_build_as_always()
    {
        using var project = new TestProject(feed, properties: "<OutputType>Library</OutputType>");
        project.Write("Program.cs", "class Nothing;");
        CommandResult build = project.Hotpatch();
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Empty(project.Baselines);
    }

    [Fact]
    public void Tell_their_revision_are_told_that_there_is_no_repository()
    {
        using var project = new TestProject(feed);
        Directory.Delete(project.At(".git"), recursive: true);
        CommandResult build = project.Hotpatch();
        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("error HPB2002: ", Assert.Single(build.LinesWith("error HPB")), StringComparison.Ordinal);
    }
}
