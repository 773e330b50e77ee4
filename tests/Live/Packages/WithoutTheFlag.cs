using System.Security.Cryptography;

namespace HotpatchBuild.Tests.Live.Packages;

[Collection(PackageTests.Name)]
public sealed class WithoutTheFlag(PackageFeed feed)
{
    [Theory]
    [InlineData("net9.0", true)]
    [InlineData("net10.0", false)]
    public void The_package_leaves_no_trace_in_what_is_built_and_published(string framework, bool aot)
    {
        using var project = new TestProject(feed, framework, aot, package: false);
        Dictionary<string, string> without = PublishedFiles(project);
        project.WriteProject(aot, package: true);
        Dictionary<string, string> with = PublishedFiles(project);
        Assert.Contains(Path.GetRelativePath(project.Folder, Path.Combine(project.OutputFolder, "publish/App")), with.Keys);
        Assert.Equal(without, with);
        Assert.False(Directory.Exists(project.Store));
        Assert.False(Directory.Exists(Path.Combine(project.IntermediateFolder, "hotpatch")));
    }

    [Fact]
    public void A_build_after_one_with_the_flag_is_as_if_there_had_been_none()
    {
        using var project = new TestProject(feed);
        Dictionary<string, string> before = PublishedFiles(project);
        Directory.Delete(project.At("bin"), recursive: true);
        Assert.Equal(0, project.Hotpatch("publish").ExitCode);
        Dictionary<string, string> flagged = Hashes(project);
        Assert.NotEqual(before["bin/Release/net9.0/linux-x64/publish/App"], flagged["bin/Release/net9.0/linux-x64/publish/App"]);
        CommandResult after = project.Dotnet("publish", "-c", "Release");
        Assert.True(after.ExitCode == 0, after.Output);
        Assert.Equal(before, Hashes(project));
    }

    private static Dictionary<string, string> PublishedFiles(TestProject project)
    {
        if (Directory.Exists(project.At("bin")))
            Directory.Delete(project.At("bin"), recursive: true);
        if (Directory.Exists(project.At("obj")))
            Directory.Delete(project.At("obj"), recursive: true);
        CommandResult publish = project.Dotnet("publish", "-c", "Release");
        Assert.True(publish.ExitCode == 0, publish.Output);
        Assert.Empty(publish.LinesWith("hotpatch: "));
        return Hashes(project);
    }

    private static Dictionary<string, string> Hashes(TestProject project) =>
        Directory.GetFiles(project.At("bin"), "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(project.Folder, file), file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));
}
