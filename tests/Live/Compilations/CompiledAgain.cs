using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;
using System.Security.Cryptography;
using HotpatchBuild.Compiler;
using HotpatchBuild.Hosting;
using HotpatchBuild.Tests.Unit.Revisions;

namespace HotpatchBuild.Tests.Live.Compilations;

public sealed class CompiledAgain(SampleSolution sample) : IClassFixture<SampleSolution>
{
    [Fact]
    public void TheWorkingTreeGivesTheBuildsOwnBytes()
    {
        AssertSame(sample.Newer.Lib, Compile(sample.Newer.Lib));
        AssertSame(sample.Newer.App, Compile(sample.Newer.App));
    }

    [Fact]
    public void TheSampleHasWhatItIsMeantToHave()
    {
        using PEReader app = new(new MemoryStream(sample.Newer.App.Assembly));
        Assert.Contains(app.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        Assert.Contains(app.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);
        MetadataReader metadata = app.GetMetadataReader();
        string[] resources = [.. metadata.ManifestResources.Select(handle => metadata.GetString(metadata.GetManifestResource(handle).Name))];
        Assert.Equal(["data, plain.txt", "Sample.Texts.resources"], resources.Order(StringComparer.OrdinalIgnoreCase));
        string[] types = [.. metadata.TypeDefinitions.Select(handle => metadata.GetString(metadata.GetTypeDefinition(handle).Name))];
        Assert.Contains(types, type => type.Contains("RegexGenerator") || type.Contains("Name_"));
        Assert.Contains("OrderJson", types);
        Assert.Null(sample.Newer.App.Symbols);
        Assert.NotNull(sample.Newer.Lib.Symbols);
        Assert.NotNull(sample.Newer.Lib.Documentation);
        using PEReader lib = new(new MemoryStream(sample.Newer.Lib.Assembly));
        Assert.True((lib.PEHeaders.CorHeader!.Flags & CorFlags.StrongNameSigned) != 0);
        Assert.Contains(sample.Newer.App.Recorded.Keys, path => path.EndsWith(".sourcelink.json"));
        Assert.NotEqual(sample.Older.App.Assembly, sample.Newer.App.Assembly);
        Assert.NotEqual(sample.Older.Lib.ReferenceAssembly, sample.Older.Lib.Assembly);
    }

    [Fact]
    public void AnOlderRevisionGivesTheOlderBuildsBytesFromWhatWasRecorded()
    {
        Dictionary<string, string> before = Snapshot();
        foreach (SampleProject project in (SampleProject[])[sample.Older.Lib, sample.Older.App])
            AssertSame(project, sample.Compiler.CompileRevision(
                project.Arguments, project.Folder, "HEAD~1", project.Recorded, Mvid(project.Assembly), default));
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public void AnOlderRevisionIsGuessedFromTodaysCommandLine()
    {
        // The later source is left out, and the commit's name in the generated files is the older one.
        CompiledAssembly lib = sample.Compiler.CompileUnrecordedRevision(
            sample.Newer.Lib.Arguments, sample.Newer.Lib.Folder, sample.OlderCommit.Hex, new Dictionary<string, byte[]>(), Mvid(sample.Older.Lib.Assembly), default);
        AssertSame(sample.Older.Lib, lib);
        Dictionary<string, byte[]> older = new() { [sample.Files.At("Lib/obj/Release/net10.0/ref/Lib.dll")] = lib.ReferenceAssembly! };
        CompiledAssembly app = sample.Compiler.CompileUnrecordedRevision(
            sample.Newer.App.Arguments, sample.Newer.App.Folder, sample.OlderCommit.Hex, older, Mvid(sample.Older.App.Assembly), default);
        AssertSame(sample.Older.App, app);
    }

    [Fact]
    public void AnotherIdentityThanTheRecordedOneIsRefused()
    {
        SampleProject lib = sample.Older.Lib;
        Guid other = Mvid(sample.Newer.Lib.Assembly);
        Assert.Contains(other.ToString(), Refusals.Expect(
            BuildDiagnostics.IdentityDiffers,
            () => sample.Compiler.CompileRevision(lib.Arguments, lib.Folder, "HEAD~1", lib.Recorded, other, default)).What);
    }

    [Fact]
    public void TheSdksRoslynRunsAndNoneOfItLeaksOut()
    {
        CompiledAssembly compiled = Compile(sample.Newer.Lib);
        string sdk = System.Diagnostics.FileVersionInfo.GetVersionInfo(Path.Combine(sample.Newer.RoslynFolder, "Microsoft.CodeAnalysis.dll")).ProductVersion!;
        Assert.Equal(sdk, compiled.CompilerVersion);
        CompilerLoadContext context = CompilerLoadContext.For(sample.Newer.RoslynFolder, AppContext.BaseDirectory);
        Assert.Same(context, CompilerLoadContext.For(sample.Newer.RoslynFolder, AppContext.BaseDirectory));
        string[] inside = [.. context.Assemblies.Select(assembly => assembly.GetName().Name!)];
        Assert.Contains("HotpatchBuild.Compiler", inside);
        Assert.Contains("Microsoft.CodeAnalysis.CSharp", inside);
        Assert.DoesNotContain("HotpatchBuild.Hosting", inside);
        Assert.DoesNotContain("HotpatchBuild.Formats", inside);
        Assert.Same(AssemblyLoadContext.Default, AssemblyLoadContext.GetLoadContext(typeof(ICompilationService).Assembly));
    }

    private CompiledAssembly Compile(SampleProject project) => sample.Compiler.CompileWorkingTree(project.Arguments, project.Folder, default);

    private static void AssertSame(SampleProject built, CompiledAssembly compiled)
    {
        Assert.Equal(Mvid(built.Assembly), compiled.Mvid);
        Assert.Equal(built.Assembly, compiled.Assembly);
        Assert.Equal(built.Symbols, compiled.Symbols);
        Assert.Equal(built.ReferenceAssembly, compiled.ReferenceAssembly);
        Assert.Equal(built.Documentation, compiled.Documentation);
    }

    private static Guid Mvid(byte[] assembly)
    {
        using PEReader reader = new(new MemoryStream(assembly));
        MetadataReader metadata = reader.GetMetadataReader();
        return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
    }

    /// <summary>Every file of the working tree and of git's folder.</summary>
    private Dictionary<string, string> Snapshot() => Directory.EnumerateFiles(sample.Files.Folder, "*", SearchOption.AllDirectories)
        .ToDictionary(path => path, path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))) + File.GetLastWriteTimeUtc(path).Ticks);
}
