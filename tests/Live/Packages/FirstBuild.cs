using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Tests.Live.Packages;

[Collection(PackageTests.Name)]
public sealed class FirstBuild(PackageFeed feed)
{
    [Theory]
    [InlineData("net9.0")]
    [InlineData("net8.0")]
    public void Records_a_baseline_that_says_all_about_the_build(string framework)
    {
        using var project = new TestProject(feed, framework);
        CommandResult build = project.Hotpatch();
        Assert.True(build.ExitCode == 0, build.Output);

        string line = Assert.Single(build.LinesWith("hotpatch: "));
        string file = Assert.Single(project.Baselines);
        Assert.StartsWith($"hotpatch: baseline recorded for App {project.Git("rev-parse", "HEAD")[..12]}: ", line, StringComparison.Ordinal);
        Assert.Contains(" patchable", line, StringComparison.Ordinal);
        Assert.EndsWith(file, line, StringComparison.Ordinal);
        Assert.Empty(build.LinesWith("warning"));
        Assert.Equal("hello world", project.RunProgram());
        Assert.False(File.Exists(project.Delta));
        Assert.Equal("", project.Git("status", "--porcelain"));

        BaselineRecord record = BaselineReader.Read(file);
        ElfFile executable = ElfFile.Read(File.ReadAllBytes(project.Executable), project.Executable);
        Assert.Single(executable.Notes, note => note.Owner == ArenaNote.Owner && note.Type == ArenaNote.Type);
        NativeBuild native = Assert.IsType<NativeBuild>(record.Build);
        Assert.Equal(executable.BuildId.ToArray(), native.BuildId.AsEnumerable());
        Assert.Equal(new BaselineKey("App", "App.csproj", framework, "linux-x64", "Release"), record.Manifest.Key);
        Assert.Equal(project.Git("rev-parse", "HEAD"), record.Manifest.Commit);
        Assert.False(record.Manifest.Modified);
        Assert.Equal("Program.cs", record.Manifest.Sources[0].Path);
        Assert.Contains(record.Manifest.References, reference => reference.Name == "System.Runtime.dll");
        Assert.StartsWith(framework[3..], record.Manifest.Native!.IlcVersion, StringComparison.Ordinal);
        Assert.Contains($"Microsoft.NETCore.App {record.Manifest.Native!.IlcVersion}", record.Manifest.Frameworks);
        Assert.Contains("--root:App", record.Manifest.Native!.LayoutFlags);
        Assert.Equal(File.ReadAllBytes(project.Executable), native.Executable.ToArray());
        Assert.Equal(File.ReadAllBytes(Path.Combine(project.IntermediateFolder, "App.dll")), record.Build.Assembly.Image.ToArray());
        Assert.Empty(record.Build.OtherAssemblies);
        Assert.Contains(record.Build.CompilerArguments, argument => argument == "Program.cs");
        Assert.Contains("--root:App", native.IlcArguments);
        Assert.Contains(native.LinkerArguments, argument => argument.Contains("arena.o", StringComparison.Ordinal));
        Assert.True(record.Manifest.Native!.Audit.Functions > 1000);
        Assert.Contains(native.Symbols.Symbols, symbol => symbol.Name.Contains("Greeter", StringComparison.Ordinal) && symbol.Type == ElfSymbolType.Function);
        ElfFile @object = ElfFile.Read(native.Object, "object");
        Assert.True(@object.BytesOf(@object.FindSection(".debug_info")!).Span.IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public void Says_when_the_sources_are_not_the_commits()
    {
        using var project = new TestProject(feed);
        project.Write("Extra.cs", "class Extra;");
        CommandResult build = project.Hotpatch();
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Contains(" with uncommitted changes: ", Assert.Single(build.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        Assert.True(BaselineReader.Read(Assert.Single(project.Baselines)).Manifest.Modified);
    }
}
