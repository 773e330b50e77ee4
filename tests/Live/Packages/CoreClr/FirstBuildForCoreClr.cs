using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Formats.Deltas;

namespace HotpatchBuild.Tests.Live.Packages.CoreClr;

[Collection(PackageTests.Name)]
public sealed class FirstBuildForCoreClr(PackageFeed feed)
{
    [Fact]
    public void Records_a_baseline_that_says_all_about_the_build_and_later_builds_find_it()
    {
        using var project = new TestProject(feed, "net10.0", aot: false);
        CommandResult build = project.Hotpatch();
        Assert.True(build.ExitCode == 0, build.Output);

        string line = Assert.Single(build.LinesWith("hotpatch: "));
        string file = Assert.Single(project.Baselines);
        Assert.StartsWith($"hotpatch: baseline recorded for App {project.Git("rev-parse", "HEAD")[..12]}: App.dll -> ", line, StringComparison.Ordinal);
        Assert.EndsWith(file, line, StringComparison.Ordinal);
        Assert.Empty(build.LinesWith("warning"));
        Assert.Equal("hello world", project.RunProgram());
        Assert.False(File.Exists(project.Delta));
        Assert.Equal("", project.Git("status", "--porcelain"));

        BaselineRecord record = BaselineReader.Read(file);
        Assert.Equal(PatchEngine.Managed, record.Manifest.Engine);
        Assert.Null(record.Manifest.Native);
        Assert.Equal(new BaselineKey("App", "App.csproj", "net10.0", "any", "Release"), record.Manifest.Key);
        Assert.Equal(project.Git("rev-parse", "HEAD"), record.Manifest.Commit);
        Assert.False(record.Manifest.Modified);
        Assert.Equal("Program.cs", record.Manifest.Sources[0].Path);
        Assert.Contains(record.Manifest.References, reference => reference.Name == "System.Runtime.dll");
        Assert.StartsWith("Microsoft.NETCore.App 10.0.", Assert.Single(record.Manifest.Frameworks), StringComparison.Ordinal);
        CoreClrBuild recorded = Assert.IsType<CoreClrBuild>(record.Build);
        Assert.Equal(File.ReadAllBytes(Path.Combine(project.OutputFolder, "App.dll")), recorded.Assembly.Image.ToArray());
        Assert.Equal(File.ReadAllBytes(Path.Combine(project.OutputFolder, "App.pdb")), recorded.Assembly.Pdb.ToArray());
        Assert.Empty(recorded.OtherAssemblies);
        Assert.Contains("Program.cs", recorded.CompilerArguments);

        DateTime before = File.GetLastWriteTimeUtc(file), compiled = File.GetLastWriteTimeUtc(Path.Combine(project.IntermediateFolder, "App.dll"));
        CommandResult again = project.Hotpatch();
        Assert.True(again.ExitCode == 0, again.Output);
        Assert.StartsWith("hotpatch: unchanged: baseline recorded", Assert.Single(again.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        Assert.Equal(before, File.GetLastWriteTimeUtc(Assert.Single(project.Baselines)));
        Assert.Equal(compiled, File.GetLastWriteTimeUtc(Path.Combine(project.IntermediateFolder, "App.dll")));
    }

    [Fact]
    public void Of_a_web_program_with_libraries_keeps_all_of_its_projects_assemblies()
    {
        using var project = new TestProject(feed, "net10.0", aot: false, properties: "<DefaultItemExcludes>$(DefaultItemExcludes);Library/**;Inner/**</DefaultItemExcludes>");
        Libraries.AddTo(project);
        project.Write("App.csproj", File.ReadAllText(project.At("App.csproj")).Replace("Microsoft.NET.Sdk", "Microsoft.NET.Sdk.Web", StringComparison.Ordinal));
        project.Write("Program.cs", """
            var builder = WebApplication.CreateBuilder(args);
            var app = builder.Build();
            app.MapGet("/", () => Library.Named.Name);
            Console.WriteLine(Library.Named.Name);
            """);
        project.Commit("web");
        CommandResult build = project.Hotpatch();
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Contains(": App.dll and 2 libraries -> ", Assert.Single(build.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        BaselineRecord record = BaselineReader.Read(Assert.Single(project.Baselines));
        Assert.Equal(["Inner", "Library"], record.Build.OtherAssemblies.Select(assembly => assembly.Name));
        Assert.Equal(File.ReadAllBytes(Path.Combine(project.OutputFolder, "Library.dll")), record.Build.OtherAssemblies[1].Image.ToArray());
        Assert.False(record.Build.OtherAssemblies[1].Pdb.IsEmpty);
        Assert.Equal(["Microsoft.AspNetCore.App", "Microsoft.NETCore.App"], record.Manifest.Frameworks.Select(framework => framework.Split(' ')[0]));
        Assert.Equal("library and inner", project.RunProgram());
    }
}
