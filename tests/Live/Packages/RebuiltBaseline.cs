using HotpatchBuild.Compiler.Baselines;

namespace HotpatchBuild.Tests.Live.Packages;

/// <summary><c>HotpatchBaseline</c> names a revision of which no record was kept.</summary>
[Collection(PackageTests.Name)]
public sealed class RebuiltBaseline(PackageFeed feed)
{
    private const string Greeter = """
        using System.Runtime.CompilerServices;
        static class Greeter
        {
            [MethodImpl(MethodImplOptions.NoInlining)]
            public static string Greet(string name) => "hello " + name;
        }
        """;

    [Fact]
    public void Is_the_executable_that_the_revisions_own_build_made_and_its_delta_fixes_the_process_that_runs_it()
    {
        using var project = new TestProject(feed);
        project.Write("Program.cs", """
            while (Console.ReadLine() is { } name)
                Console.WriteLine(Greeter.Greet(name));
            """);
        project.Write("Greeter.cs", Greeter);
        // With a remote the SDK writes the commit's name into the PDB (Source Link), and the assembly's identity is a hash over that too.
        project.Git("remote", "add", "origin", "https://github.com/example/app.git");
        project.Commit("shipped");
        string shipped = project.Git("rev-parse", "HEAD");
        CommandResult own = project.Hotpatch();
        Assert.True(own.ExitCode == 0, own.Output);
        BaselineRecord expected = BaselineReader.Read(Assert.Single(project.Baselines));
        Assert.Contains(expected.Build.CompilerArguments, argument => argument.StartsWith("/sourcelink:", StringComparison.Ordinal));
        string deployed = project.At("bin/deployed");
        File.Copy(project.Executable, deployed);
        Directory.Delete(project.Store, recursive: true);
        Directory.Delete(project.At("obj"), recursive: true);

        project.Write("Greeter.cs", Greeter.Replace("hello ", "good morning ", StringComparison.Ordinal));
        project.Write("Later.cs", "static class Later { public static int Number => 1; }");
        project.Commit("fix");
        project.Write("Notes.txt", "not committed");
        CommandResult fix = project.Hotpatch("build", "-p:HotpatchBaseline=" + shipped[..10]);
        Assert.True(fix.ExitCode == 0, fix.Output);
        Assert.Empty(fix.LinesWith("warning"));
        Assert.StartsWith($"hotpatch: delta for App from the baseline {shipped[..12]} (rebuilt): ", Assert.Single(fix.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        Assert.Equal("?? Notes.txt", project.Git("status", "--porcelain"));

        string file = Assert.Single(project.Baselines);
        BaselineRecord rebuilt = BaselineReader.Read(file);
        Assert.NotNull(rebuilt.Manifest.Rebuilt);
        Assert.Equal(expected.Manifest.Commit, rebuilt.Manifest.Commit);
        Assert.Equal(expected.Manifest.Sources.AsEnumerable(), rebuilt.Manifest.Sources.AsEnumerable());
        Assert.Equal(expected.Manifest.References.AsEnumerable(), rebuilt.Manifest.References.AsEnumerable());
        Assert.Equal(expected.Build.Assembly.Mvid, rebuilt.Build.Assembly.Mvid);
        Assert.Equal(expected.Build.Identity, rebuilt.Build.Identity);
        NativeBuild shippedBuild = Assert.IsType<NativeBuild>(expected.Build), rebuiltBuild = Assert.IsType<NativeBuild>(rebuilt.Build);
        Assert.True(shippedBuild.Object.Span.SequenceEqual(rebuiltBuild.Object.Span));
        Assert.True(shippedBuild.Map.Span.SequenceEqual(rebuiltBuild.Map.Span));
        Assert.True(shippedBuild.Executable.Span.SequenceEqual(rebuiltBuild.Executable.Span));
        Assert.Equal(shippedBuild.Symbols.ToBytes(), rebuiltBuild.Symbols.ToBytes());
        Assert.Empty(Directory.GetDirectories(Path.Combine(project.IntermediateFolder, "hotpatch/rebuilt")));

        using (var process = new RunningProgram(deployed))
        {
            Assert.Equal("hello Ada", process.Ask("Ada"));
            CommandResult apply = process.Hotpatch("apply", project.Delta);
            Assert.True(apply.ExitCode == 0, apply.Output);
            Assert.Equal("good morning Ada", process.Ask("Ada"));
        }

        DateTime recorded = File.GetLastWriteTimeUtc(file);
        CommandResult again = project.Hotpatch("build", "-p:HotpatchBaseline=" + shipped);
        Assert.True(again.ExitCode == 0, again.Output);
        Assert.Equal(recorded, File.GetLastWriteTimeUtc(Assert.Single(project.Baselines)));
    }

    [Fact]
    public void Is_warned_of_where_it_may_be_another_and_refused_where_a_referenced_project_does()
    {
        using var project = new TestProject(feed, properties: "<DefaultItemExcludes>$(DefaultItemExcludes);Library/**</DefaultItemExcludes>");
        string withReference = File.ReadAllText(project.At("App.csproj"))
            .Replace("</ItemGroup>", "<ProjectReference Include=\"Library/Library.csproj\" /></ItemGroup>", StringComparison.Ordinal);
        project.Write("App.csproj", withReference);
        Directory.CreateDirectory(project.At("Library"));
        project.Write("Library/Library.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>");
        project.Write("Library/Named.cs", "public static class Named { public static string Name => \"library\"; }");
        project.Commit("library as first");
        string first = project.Git("rev-parse", "HEAD");
        project.Write("Library/Named.cs", "public static class Named { public static string Name => \"other\"; }");
        project.Write("Gone.cs", "// Nothing that would be in the program.");
        project.Commit("library as now");
        string second = project.Git("rev-parse", "HEAD");
        project.Write("App.csproj", withReference + "<!-- changed -->");
        File.Delete(project.At("Gone.cs"));
        project.Commit("project file");

        CommandResult warned = project.Hotpatch("build", "-p:HotpatchBaseline=" + second);
        Assert.True(warned.ExitCode == 0, warned.Output);
        Assert.Contains(
            $"The baseline {second[..12]} (rebuilt) was rebuilt with today's settings, and these files are not as they were: App.csproj.", Assert.Single(warned.LinesWith("warning HPB2224: ")), StringComparison.Ordinal);
        Assert.Contains("Gone.cs.", Assert.Single(warned.LinesWith("warning HPB2225: ")), StringComparison.Ordinal);
        Assert.Contains("no delta needed", Assert.Single(warned.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        BaselineRebuild rebuilt = BaselineReader.Read(Assert.Single(project.Baselines)).Manifest.Rebuilt!;
        Assert.Equal(["App.csproj"], rebuilt.ChangedBuildFiles.AsEnumerable());
        Assert.Equal(["Gone.cs"], rebuilt.GuessedSources.AsEnumerable());

        CommandResult refused = project.Hotpatch("build", "-p:HotpatchBaseline=" + first);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("HPB2201: ", Assert.Single(refused.LinesWith("error HPB")), StringComparison.Ordinal);
        Assert.Contains("Library.dll, which it references, is made from this repository too and differs there (Library/Named.cs).", refused.Output, StringComparison.Ordinal);

        CommandResult absent = project.Hotpatch("build", "-p:HotpatchBaseline=" + first + "~1");
        Assert.NotEqual(0, absent.ExitCode);
        Assert.Contains("HPB2201: ", Assert.Single(absent.LinesWith("error HPB")), StringComparison.Ordinal);
        Assert.Single(project.Baselines);
    }
}
