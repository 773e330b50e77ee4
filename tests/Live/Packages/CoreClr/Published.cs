using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Pipeline;

namespace HotpatchBuild.Tests.Live.Packages.CoreClr;

[Collection(PackageTests.Name)]
public sealed class Published(PackageFeed feed)
{
    [Fact]
    public void Programs_are_the_recorded_ones_and_prepared()
    {
        using var project = new TestProject(feed, "net10.0", aot: false);
        CommandResult publish = project.Hotpatch("publish");
        Assert.True(publish.ExitCode == 0, publish.Output);
        Assert.StartsWith("hotpatch: baseline recorded", Assert.Single(publish.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        BaselineRecord record = BaselineReader.Read(Assert.Single(project.Baselines));
        string folder = Path.Combine(project.OutputFolder, "publish");
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "App.dll")), record.Build.Assembly.Image.ToArray());
        Assert.True(File.Exists(Path.Combine(folder, "hotpatch/libhotpatch.so")));
        Assert.Equal("hello world", Command.Run(project.Folder, Path.Combine(folder, "App")).Output.Trim());

        project.Write("Program.cs", File.ReadAllText(project.At("Program.cs")).Replace("\"world\"", "\"earth\"", StringComparison.Ordinal));
        project.Commit("fix");
        CommandResult fix = project.Hotpatch("publish");
        Assert.True(fix.ExitCode == 0, fix.Output);
        Assert.StartsWith("hotpatch: delta for App ", Assert.Single(fix.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        Assert.True(File.Exists(project.Delta));
        Assert.False(File.Exists(Path.Combine(folder, "hotpatch/App.hotpatch")));
        Assert.Equal("hello earth", Command.Run(project.Folder, Path.Combine(folder, "App")).Output.Trim());
    }

    [Fact]
    public void Precompiled_code_has_the_identity_of_the_recorded_assembly()
    {
        using var project = new TestProject(feed, "net10.0", aot: false);
        CommandResult publish = project.Hotpatch("publish", "-r", "linux-x64", "--self-contained", "false", "-p:PublishReadyToRun=true");
        Assert.True(publish.ExitCode == 0, publish.Output);
        BaselineRecord record = BaselineReader.Read(Assert.Single(project.Baselines));
        string shipped = Path.Combine(project.OutputFolder, "linux-x64/publish/App.dll");
        byte[] precompiled = File.ReadAllBytes(shipped);
        Assert.NotEqual(precompiled, record.Build.Assembly.Image.ToArray());
        Assert.Equal(record.Build.Assembly.Mvid, BuildFiles.ReadMvid(precompiled, shipped));
        Assert.Equal("hello world", Command.Run(project.Folder, Path.ChangeExtension(shipped, null)).Output.Trim());
    }

    [Theory]
    [InlineData("HPB2409", "-p:PublishTrimmed=true")]
    [InlineData("HPB2410", "-p:PublishSingleFile=true")]
    public void Programs_that_are_not_made_of_their_assemblies_are_refused(string code, string property)
    {
        using var project = new TestProject(feed, "net10.0", aot: false);
        Assert.Equal(0, project.Hotpatch().ExitCode);
        CommandResult publish = project.Hotpatch("publish", "--no-restore", "-p:SelfContained=false", property);
        Assert.NotEqual(0, publish.ExitCode);
        Assert.Contains("error " + code + ": ", Assert.Single(publish.LinesWith("error HPB")), StringComparison.Ordinal);
    }
}
