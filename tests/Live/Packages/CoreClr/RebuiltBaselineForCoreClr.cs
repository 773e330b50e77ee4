using HotpatchBuild.Compiler.Baselines;

namespace HotpatchBuild.Tests.Live.Packages.CoreClr;

/// <summary><c>HotpatchBaseline</c> names a revision of which no record was kept.</summary>
[Collection(PackageTests.Name)]
public sealed class RebuiltBaselineForCoreClr(PackageFeed feed)
{
    [Fact]
    public void Is_the_assembly_that_the_revisions_own_build_made()
    {
        using var project = new TestProject(feed, "net10.0", aot: false);
        // With a remote the SDK writes the commit's name into the PDB (Source Link), and the assembly's identity is a hash over that too.
        project.Git("remote", "add", "origin", "https://github.com/example/app.git");
        string shipped = project.Git("rev-parse", "HEAD");
        CommandResult own = project.Hotpatch();
        Assert.True(own.ExitCode == 0, own.Output);
        BaselineRecord expected = BaselineReader.Read(Assert.Single(project.Baselines));
        Assert.Contains(expected.Build.CompilerArguments, argument => argument.StartsWith("/sourcelink:", StringComparison.Ordinal));
        Directory.Delete(project.Store, recursive: true);
        Directory.Delete(project.At("obj"), recursive: true);

        project.Write("Program.cs", File.ReadAllText(project.At("Program.cs")).Replace("\"world\"", "\"earth\"", StringComparison.Ordinal));
        project.Write("Later.cs", "static class Later { public static int Number => 1; }");
        project.Commit("fix");
        CommandResult fix = project.Hotpatch("build", "-p:HotpatchBaseline=" + shipped[..10]);
        Assert.True(fix.ExitCode == 0, fix.Output);
        Assert.Empty(fix.LinesWith("warning HPB2")); // of the rebuild; the fix itself has some to say about code that runs once
        Assert.StartsWith($"hotpatch: delta for App from the baseline {shipped[..12]} (rebuilt): ", Assert.Single(fix.LinesWith("hotpatch: ")), StringComparison.Ordinal);

        BaselineRecord rebuilt = BaselineReader.Read(Assert.Single(project.Baselines));
        Assert.NotNull(rebuilt.Manifest.Rebuilt);
        Assert.Equal(expected.Manifest.Sources.AsEnumerable(), rebuilt.Manifest.Sources.AsEnumerable());
        Assert.Equal(expected.Manifest.References.AsEnumerable(), rebuilt.Manifest.References.AsEnumerable());
        Assert.Equal(expected.Build.Assembly.Mvid, rebuilt.Build.Assembly.Mvid);
        Assert.Equal(expected.Build.Assembly.Image.ToArray(), rebuilt.Build.Assembly.Image.ToArray());
        Assert.Equal(expected.Build.Assembly.Pdb.ToArray(), rebuilt.Build.Assembly.Pdb.ToArray());
        Assert.Empty(Directory.GetDirectories(Path.Combine(project.IntermediateFolder, "hotpatch/rebuilt")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Says_when_libraries_make_its_identity_a_guess(bool packageInLibraries)
    {
        using var project = new TestProject(feed, "net10.0", aot: false, properties: "<DefaultItemExcludes>$(DefaultItemExcludes);Library/**;Inner/**</DefaultItemExcludes>");
        project.Git("remote", "add", "origin", "https://github.com/example/app.git");
        Libraries.AddTo(project);
        if (packageInLibraries)
        {
            foreach (string library in (string[])["Library", "Inner"])
            {
                project.Write($"{library}/{library}.csproj", File.ReadAllText(project.At($"{library}/{library}.csproj"))
                    .Replace("</Project>", $"<ItemGroup><PackageReference Include=\"HotpatchBuild\" Version=\"{feed.Version}\" PrivateAssets=\"all\" /></ItemGroup></Project>", StringComparison.Ordinal));
            }
            project.Commit("package");
        }
        string shipped = project.Git("rev-parse", "HEAD");
        Assert.Equal(0, project.Hotpatch().ExitCode);
        BaselineRecord expected = BaselineReader.Read(Assert.Single(project.Baselines));
        Directory.Delete(project.Store, recursive: true);
        project.Write("Program.cs", File.ReadAllText(project.At("Program.cs")).Replace("=> Library", "=> \"new \" + Library", StringComparison.Ordinal));
        project.Commit("fix");

        CommandResult fix = project.Hotpatch("build", "-p:HotpatchBaseline=" + shipped);
        Assert.True(fix.ExitCode == 0, fix.Output);
        BaselineRecord rebuilt = BaselineReader.Read(Assert.Single(project.Baselines));
        if (packageInLibraries)
        {
            Assert.Empty(fix.LinesWith("warning HPB2")); // of the rebuild; the fix itself has some to say about code that runs once
            Assert.Equal(expected.Build.Assembly.Mvid, rebuilt.Build.Assembly.Mvid);
        }
        else
        {
            Assert.Contains("informational version: Inner.dll, Library.dll.", Assert.Single(fix.LinesWith("warning HPB2581")), StringComparison.Ordinal);
            Assert.NotEqual(expected.Build.Assembly.Mvid, rebuilt.Build.Assembly.Mvid);
        }
    }
}
