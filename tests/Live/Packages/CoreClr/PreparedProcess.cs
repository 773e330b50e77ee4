namespace HotpatchBuild.Tests.Live.Packages.CoreClr;

/// <summary>The source file that the package adds to programs, and what it does when they start.</summary>
[Collection(PackageTests.Name)]
public sealed class PreparedProcess(PackageFeed feed)
{
    private const string SaysWhetherThereIsAProfiler = """
        System.Console.WriteLine(System.IO.File.ReadAllText("/proc/self/maps").Contains("hotpatch/libhotpatch.so") ? "prepared" : "not prepared");
        """;

    [Fact]
    public void Has_its_profiler_before_Main_unless_that_is_switched_off()
    {
        using var project = new TestProject(feed, "net10.0", aot: false);
        project.Write("Program.cs", SaysWhetherThereIsAProfiler);
        project.Commit("program");
        CommandResult build = project.Hotpatch();
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Equal("prepared", project.RunProgram());
        Assert.Equal("not prepared", Run(project, "HOTPATCH_PREPARE=0"));
        // There is no socket to ask on; the library that would have asked is loaded all the same.
        Assert.Equal("prepared", Run(project, "DOTNET_EnableDiagnostics=0"));
        Assert.Equal("prepared", Run(project, "TMPDIR=/nowhere"));
        Assert.Contains("not prepared", Run(project, "CORECLR_ENABLE_PROFILING=1"), StringComparison.Ordinal);
        File.Delete(Path.Combine(project.OutputFolder, "hotpatch/libhotpatch.so"));
        Assert.Equal("not prepared", project.RunProgram());
        File.WriteAllText(Path.Combine(project.OutputFolder, "hotpatch/libhotpatch.so"), "of another architecture");
        Assert.Equal("not prepared", project.RunProgram());

        CommandResult without = project.Hotpatch("build", "-p:HotpatchPrepare=false", "-p:HotpatchNewBaseline=true", "-o", project.At("bin/without"));
        Assert.True(without.ExitCode == 0, without.Output);
        Assert.False(Directory.Exists(project.At("bin/without/hotpatch")));
        Assert.Equal("not prepared", Command.Run(project.Folder, project.At("bin/without/App")).Output.Trim());

        CommandResult plain = project.Dotnet("build", "-c", "Release", "-o", project.At("bin/plain"));
        Assert.True(plain.ExitCode == 0, plain.Output);
        Assert.Equal("not prepared", Command.Run(project.Folder, project.At("bin/plain/App")).Output.Trim());
    }

    [Theory]
    [InlineData("<LangVersion>9</LangVersion><ImplicitUsings>disable</ImplicitUsings><Nullable>disable</Nullable>")]
    [InlineData("<Nullable>enable</Nullable><AnalysisMode>All</AnalysisMode><AnalysisLevel>latest</AnalysisLevel><EnforceCodeStyleInBuild>true</EnforceCodeStyleInBuild><GenerateDocumentationFile>true</GenerateDocumentationFile><CheckForOverflowUnderflow>true</CheckForOverflowUnderflow><Features>strict</Features>")]
    public void Brings_no_warning_into_a_strict_project(string properties)
    {
        using var project = new TestProject(feed, "net10.0", aot: false, properties: properties + "<TreatWarningsAsErrors>true</TreatWarningsAsErrors><NoWarn>CA1303;CA1812;CA1307;CA1515;CA1852;CA1050;IDE0210;CA1849;CA1310;CA2007;CA1062;CA1508;CS1591;CA2000;CS7035;CA1305;CA1016</NoWarn>");
        // User code with names that the generated file uses too.
        project.Write("Program.cs", SaysWhetherThereIsAProfiler);
        project.Write("Names.cs", "namespace App.System { internal static class IO { } } namespace HotpatchBuild { internal static class PreparedProcess { } }");
        project.Commit("program");
        CommandResult build = project.Hotpatch();
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Empty(build.LinesWith("warning"));
        Assert.Equal("prepared", project.RunProgram());
    }

    [Fact]
    public void Is_none_where_the_language_has_no_module_initializers()
    {
        using var project = new TestProject(feed, "net10.0", aot: false, properties: "<LangVersion>8.0</LangVersion><ImplicitUsings>disable</ImplicitUsings>");
        project.Write("Program.cs", "static class Program { static void Main() { " + SaysWhetherThereIsAProfiler + " } }");
        project.Commit("program");
        CommandResult build = project.Hotpatch();
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Equal("not prepared", project.RunProgram());
    }

    private static string Run(TestProject project, string variable) => Command.Run(project.Folder, "env", variable, project.Executable).Output.Trim();
}
