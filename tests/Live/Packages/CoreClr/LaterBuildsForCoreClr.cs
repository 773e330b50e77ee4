using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Tests.Live.Support;

namespace HotpatchBuild.Tests.Live.Packages.CoreClr;

[Collection(PackageTests.Name)]
public sealed class LaterBuildsForCoreClr(PackageFeed feed)
{
    [Fact]
    public void Make_the_delta_of_a_fix_that_fixes_the_process_and_the_ordinary_build_too()
    {
        using var project = new TestProject(feed, "net10.0", aot: false);
        project.Write("Program.cs", """
            while (Console.ReadLine() is { } name)
                Console.WriteLine(Greeter.Greet(name));
            """);
        project.Write("Greeter.cs", """
            static class Greeter
            {
                public static string Greet(string name) => "hello " + name;
            }
            """);
        project.Commit("shipped");
        Assert.Equal(0, project.Hotpatch().ExitCode);
        string shipped = project.Git("rev-parse", "HEAD");
        Guid mvid = BaselineReader.Read(Assert.Single(project.Baselines)).Build.Assembly.Mvid;
        FolderCopy.Copy(project.OutputFolder, project.At("bin/deployed"));

        project.Write("Greeter.cs", File.ReadAllText(project.At("Greeter.cs")).Replace("hello ", "good morning ", StringComparison.Ordinal));
        project.Commit("fix");
        string[] advisory = ["-p:HotpatchAdvisory=Rude", "-p:HotpatchAdvisoryIdentifiers=CVE-2026-1"];
        CommandResult build = project.Hotpatch("build", advisory);
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Empty(build.LinesWith("warning HPB"));
        string line = Assert.Single(build.LinesWith("hotpatch: "));
        Assert.StartsWith($"hotpatch: delta for App from the baseline {shipped[..12]}: 1 function changed, 0 added, ", line, StringComparison.Ordinal);
        Assert.EndsWith(project.Delta, line, StringComparison.Ordinal);

        DeltaManifest manifest = DeltaFile.Read(project.Delta).Manifest;
        Assert.Equal(shipped, manifest.Baseline.Commit);
        Assert.Equal(project.Git("rev-parse", "HEAD"), manifest.Target.Commit);
        Assert.Equal("Rude", manifest.Advisory.Text);
        Assert.Equal(["CVE-2026-1"], manifest.Advisory.Identifiers.AsEnumerable());
        DeltaModule module = Assert.Single(manifest.Modules);
        Assert.Equal(("App", PatchEngine.Managed, mvid, null), (module.Name, module.Engine, module.Mvid, module.BuildId));
        DeltaFunction function = Assert.Single(module.Functions);
        Assert.Equal(("Greeter.cs", 3), (function.File, function.FirstLine));

        using (var process = new RunningProgram(project.At("bin/deployed/App")))
        {
            Assert.Equal("hello Ada", process.Ask("Ada"));
            CommandResult apply = process.Hotpatch("apply", project.Delta);
            Assert.True(apply.ExitCode == 0, apply.Output);
            Assert.Equal("good morning Ada", process.Ask("Ada"));
            CommandResult rollback = process.Hotpatch("rollback");
            Assert.True(rollback.ExitCode == 0, rollback.Output);
            Assert.Equal("hello Ada", process.Ask("Ada"));
        }
        using (var process = new RunningProgram(project.Executable))
            Assert.Equal("good morning Ada", process.Ask("Ada"));

        CommandResult again = project.Hotpatch("build", advisory);
        Assert.StartsWith("hotpatch: unchanged: delta for App", Assert.Single(again.LinesWith("hotpatch: ")), StringComparison.Ordinal);
    }

    [Fact]
    public void Make_one_delta_of_all_projects_that_changed_and_none_of_what_only_names_another_commit()
    {
        using var project = new TestProject(feed, "net10.0", aot: false, properties: "<DefaultItemExcludes>$(DefaultItemExcludes);Library/**;Inner/**</DefaultItemExcludes>");
        // With a remote, libraries have the commit's name in their PDBs, and so another MVID in every build.
        project.Git("remote", "add", "origin", "https://github.com/example/app.git");
        Libraries.AddTo(project);
        Assert.Equal(0, project.Hotpatch().ExitCode);
        BaselineRecord baseline = BaselineReader.Read(Assert.Single(project.Baselines));

        project.Write("Notes.txt", "nothing that is compiled");
        project.Commit("notes");
        CommandResult notes = project.Hotpatch();
        Assert.True(notes.ExitCode == 0, notes.Output);
        Assert.Contains("no delta needed", Assert.Single(notes.LinesWith("hotpatch: ")), StringComparison.Ordinal);

        project.Write("Program.cs", File.ReadAllText(project.At("Program.cs")).Replace("=> Library", "=> \"new \" + Library", StringComparison.Ordinal));
        project.Write("Inner/Deep.cs", File.ReadAllText(project.At("Inner/Deep.cs")).Replace("\"inner\"", "\"deeper\"", StringComparison.Ordinal));
        project.Commit("fix");
        CommandResult fix = project.Hotpatch();
        Assert.True(fix.ExitCode == 0, fix.Output);
        Assert.Contains("2 functions changed", Assert.Single(fix.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        DeltaManifest manifest = DeltaFile.Read(project.Delta).Manifest;
        Assert.Equal(["App", "Inner"], manifest.Modules.Select(module => module.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            baseline.Build.OtherAssemblies.Single(assembly => assembly.Name == "Inner").Mvid,
            manifest.Modules.Single(module => module.Name == "Inner").Mvid);
        Assert.Equal(["Inner/Deep.cs", "Program.cs"], manifest.Modules.SelectMany(module => module.Functions).Select(function => function.File).Order(StringComparer.Ordinal));
        Assert.Equal("new library and deeper", project.RunProgram());
    }

    [Fact]
    public void Refuse_by_name_and_source_line_or_warn_where_that_is_asked_for()
    {
        using var project = new TestProject(feed, "net10.0", aot: false);
        project.Write("Counter.cs", "struct Counter()\n{\n    public int Value = 0;\n    public int Next() => ++Value;\n}\n");
        project.Write("Program.cs", "Console.WriteLine(new Counter().Next());");
        project.Commit("counter");
        Assert.Equal(0, project.Hotpatch().ExitCode);
        Directory.CreateDirectory(Path.GetDirectoryName(project.Delta)!);
        File.WriteAllText(project.Delta, "of another fix");
        project.Write("Counter.cs", "struct Counter()\n{\n    public int Value = 0;\n    public int Step = 1;\n    public int Next() => Value += Step;\n}\n");
        project.Commit("field");

        CommandResult refused = project.Hotpatch();
        Assert.NotEqual(0, refused.ExitCode);
        Assert.All(refused.LinesWith("error HPB"), line => Assert.StartsWith(project.At("Counter.cs(4,"), line, StringComparison.Ordinal));
        Assert.Contains("error HPB1010: Counter.Step ", refused.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(project.Delta));
        Assert.Equal("1", project.RunProgram());

        CommandResult warned = project.Hotpatch("build", "-p:HotpatchOnRefusal=warn");
        Assert.True(warned.ExitCode == 0, warned.Output);
        Assert.Contains("warning HPB1010: Counter.Step ", warned.Output, StringComparison.Ordinal);
        Assert.Contains("no delta for App from the baseline", Assert.Single(warned.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        Assert.False(File.Exists(project.Delta));
    }

    [Fact]
    public void Refuse_packages_that_a_running_process_does_not_have_and_baselines_of_another_kind()
    {
        using var project = new TestProject(feed, "net10.0", aot: false);
        Assert.Equal(0, project.Hotpatch().ExitCode);
        Directory.CreateDirectory(project.At("lib"));
        File.Copy(typeof(Xunit.Assert).Assembly.Location, project.At("lib/xunit.assert.dll"));
        project.Write("App.csproj", File.ReadAllText(project.At("App.csproj"))
            .Replace("</ItemGroup>", "<Reference Include=\"lib/xunit.assert.dll\" /></ItemGroup>", StringComparison.Ordinal));
        project.Commit("reference");
        AssertError(project.Hotpatch(), "HPB2573", "xunit.assert.dll");
        Assert.Equal(0, project.Hotpatch("build", "-p:HotpatchNewBaseline=true").ExitCode);

        // The other of the test's own libraries under that name: another MVID.
        File.Copy(Path.Combine(AppContext.BaseDirectory, "xunit.core.dll"), project.At("lib/xunit.assert.dll"), overwrite: true);
        AssertError(project.Hotpatch(), "HPB2572", "xunit.assert.dll");
    }

    private static void AssertError(CommandResult result, string code, string what)
    {
        Assert.NotEqual(0, result.ExitCode);
        string error = Assert.Single(result.LinesWith("error HPB"));
        Assert.Contains("App.csproj : error " + code + ": ", error, StringComparison.Ordinal);
        Assert.Contains(what, error, StringComparison.Ordinal);
    }
}
