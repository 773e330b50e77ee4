namespace HotpatchBuild.Tests.Live.Packages;

[Collection(PackageTests.Name)]
public sealed class LaterBuilds(PackageFeed feed)
{
    [Fact]
    public void An_unchanged_project_builds_nothing_and_publishes_what_was_built()
    {
        using var project = new TestProject(feed);
        CommandResult first = project.Hotpatch();
        Assert.True(first.ExitCode == 0, first.Output);
        string[] watched = [.. Watched(project)];
        Dictionary<string, DateTime> before = Times(watched);

        CommandResult again = project.Hotpatch("build", "-v:detailed");
        Assert.True(again.ExitCode == 0, again.Output);
        Assert.Equal(before, Times(watched));
        Assert.StartsWith("hotpatch: unchanged: baseline recorded", Assert.Single(again.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        Assert.Empty(again.LinesWith("Generating native code"));
        Assert.Single(again.LinesWith("Skipping target \"LinkNative\""));
        Assert.Single(again.LinesWith("Skipping target \"_HotpatchWriteArena\""));

        CommandResult publish = project.Hotpatch("publish");
        Assert.True(publish.ExitCode == 0, publish.Output);
        Assert.Equal(before, Times(watched));
        Assert.Equal(File.ReadAllBytes(project.Executable), File.ReadAllBytes(Path.Combine(project.OutputFolder, "publish/App")));
        Assert.Single(project.Baselines);
    }

    [Fact]
    public void Publish_alone_records_the_baseline_that_build_alone_does()
    {
        using var project = new TestProject(feed);
        CommandResult publish = project.Hotpatch("publish");
        Assert.True(publish.ExitCode == 0, publish.Output);
        Assert.StartsWith("hotpatch: baseline recorded", Assert.Single(publish.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        byte[] published = File.ReadAllBytes(Path.Combine(project.OutputFolder, "publish/App"));

        Directory.Delete(project.At("bin"), recursive: true);
        Directory.Delete(project.At("obj"), recursive: true);
        CommandResult build = project.Hotpatch();
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Equal(published, File.ReadAllBytes(project.Executable));
        Assert.Contains("no delta needed", Assert.Single(build.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        Assert.Single(project.Baselines);
    }

    [Fact]
    public void A_stale_delta_goes_when_nothing_is_changed_any_more()
    {
        using var project = new TestProject(feed);
        Assert.Equal(0, project.Hotpatch().ExitCode);
        Directory.CreateDirectory(Path.GetDirectoryName(project.Delta)!);
        File.WriteAllText(project.Delta, "of an edit that was taken back");
        CommandResult build = project.Hotpatch();
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Contains("no delta needed", Assert.Single(build.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        Assert.False(File.Exists(project.Delta));
    }

    [Fact]
    public void A_new_baseline_is_started_on_demand()
    {
        using var project = new TestProject(feed);
        Assert.Equal(0, project.Hotpatch().ExitCode);
        project.Write("Program.cs", File.ReadAllText(project.At("Program.cs")).Replace("world", "earth", StringComparison.Ordinal));
        project.Commit("second");
        CommandResult build = project.Hotpatch("build", "-p:HotpatchNewBaseline=true");
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.StartsWith($"hotpatch: baseline recorded for App {project.Git("rev-parse", "HEAD")[..12]}", Assert.Single(build.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        Assert.Equal(2, project.Baselines.Count);
        Assert.Equal("hello earth", project.RunProgram());

        CommandResult next = project.Hotpatch();
        Assert.True(next.ExitCode == 0, next.Output);
        Assert.Contains("no delta needed", Assert.Single(next.LinesWith("hotpatch: ")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_baseline_of_other_layout_flags_or_of_no_known_revision_is_refused()
    {
        using var project = new TestProject(feed);
        Assert.Equal(0, project.Hotpatch().ExitCode);
        string commit = project.Git("rev-parse", "HEAD");
        project.Git("rm", "-q", "--cached", "App.csproj");
        project.Git("-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "-q", "-m", "without the project");
        AssertError(project.Hotpatch("build", "-p:HotpatchBaseline=HEAD"), "HPB2201");
        AssertError(project.Hotpatch("build", "-p:HotpatchBaseline=nosuch"), "HPB2004");
        AssertError(project.Hotpatch("build", "-p:HotpatchBaseline=none.hotbase"), "HPB2202");
        CommandResult named = project.Hotpatch("build", "-p:HotpatchBaseline=" + commit);
        Assert.True(named.ExitCode == 0, named.Output);
        CommandResult file = project.Hotpatch("build", "-p:HotpatchBaseline=" + project.Baselines[0]);
        Assert.True(file.ExitCode == 0, file.Output);
        AssertError(project.Hotpatch("build", "-p:HotpatchNoPreinitializedStatics=true"), "HPB2206");
    }

    private static void AssertError(CommandResult result, string code)
    {
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("App.csproj : error " + code + ": ", Assert.Single(result.LinesWith("error HPB")), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Watched(TestProject project) =>
    [
        Path.Combine(project.IntermediateFolder, "App.dll"), Path.Combine(project.IntermediateFolder, "native/App.o"), project.Executable,
        .. Directory.GetFiles(Path.Combine(project.IntermediateFolder, "hotpatch")), .. project.Baselines,
    ];

    private static Dictionary<string, DateTime> Times(IEnumerable<string> files) => files.ToDictionary(file => file, File.GetLastWriteTimeUtc);
}
