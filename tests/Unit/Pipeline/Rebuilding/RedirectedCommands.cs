using System.Collections.Immutable;
using HotpatchBuild.Compiler.Pipeline.Rebuilding;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Hosting;

namespace HotpatchBuild.Tests.Unit.Pipeline.Rebuilding;

/// <summary>The present build's command lines with a rebuild's files; the lines are those that the SDK 10.0.401 wrote for ILCompiler 9.0.20.</summary>
public sealed class RedirectedCommands
{
    private const string Project = "/src/my app";
    private const string Rebuilt = "/src/my app/obj/hotpatch/rebuilt/0123456789ab";
    private static readonly RebuiltFiles Files = CreateFiles();

    [Fact]
    public void Ilc_reads_the_older_assembly_and_writes_into_the_rebuilds_folder_only()
    {
        IlcCommand ilc = IlcCommand.Redirect(
            ["--noscan", "obj/App.dll", "-o:obj/native/App.o", "-r:/packages/System.dll", "-r:obj/App.dll", "--map:obj/native/App.map.xml",
                "--exportsfile:obj/native/App.exports", "--mstat:obj/native/App.mstat", "--runtimeknob:A=obj/App.dll", "--nowarn:\"1701;1702\"", "--root:App"],
            Project, Project + "/obj/App.dll", Files);
        Assert.Equal(
            ["--noscan", Rebuilt + "/App.dll", $"-o:{Rebuilt}/native/App.o", "-r:/packages/System.dll", $"-r:{Rebuilt}/App.dll", $"--map:{Rebuilt}/native/App.map.xml",
                $"--exportsfile:{Rebuilt}/native/App.exports", $"--mstat:{Rebuilt}/native/App.mstat", "--runtimeknob:A=obj/App.dll", "--nowarn:\"1701;1702\"", "--root:App"],
            ilc.Lines.AsEnumerable());
        Assert.Equal(Rebuilt + "/native/App.exports", ilc.Moved[Project + "/obj/native/App.exports"]);
    }

    [Theory]
    [InlineData("obj/Other.dll", "-o:obj/native/App.o")]
    [InlineData("obj/App.dll", "-O")]
    public void Ilc_arguments_of_another_shape_are_refused(params string[] lines) =>
        Assert.Equal("HPB2223", Assert.Throws<HotpatchException>(() => IlcCommand.Redirect([.. lines], Project, Project + "/obj/App.dll", Files)).Failure.Id);

    [Fact]
    public void The_linker_takes_the_rebuilt_object_and_exports_and_all_else_as_before()
    {
        ImmutableDictionary<string, string> moved = ImmutableDictionary<string, string>.Empty
            .Add(Project + "/obj/native/App.o", "/new/App.o").Add(Project + "/bin/App", "/new/App").Add(Project + "/obj/native/App.exports", "/new/App.exports");
        ImmutableArray<string> words = LinkCommand.Words(
            ["\"obj/native/App.o\"", "-o \"bin/App\"", "-Wl,--version-script=obj/native/App.exports", "obj/hotpatch/arena.o", "-Wl,-rpath,'$ORIGIN'", "-pie -Wl,-pie"]);
        Assert.Equal(
            ["/new/App.o", "-o", "/new/App", "-Wl,--version-script=/new/App.exports", "obj/hotpatch/arena.o", "-Wl,-rpath,$ORIGIN", "-pie", "-Wl,-pie"],
            LinkCommand.Redirect(words, Project, moved, Project + "/obj/native/App.o", Project + "/bin/App").AsEnumerable());
    }

    [Fact]
    public void A_link_that_does_not_name_the_object_or_needs_a_shell_is_refused()
    {
        Assert.Equal("HPB2223", Assert.Throws<HotpatchException>(() =>
            LinkCommand.Redirect(["other.o"], Project, ImmutableDictionary<string, string>.Empty.Add("/a/App.o", "/b/App.o"), "/a/App.o")).Failure.Id);
        Assert.Equal("HPB2223", Assert.Throws<HotpatchException>(() => LinkCommand.Words(["-o x", "$(pkg-config --libs z)"])).Failure.Id);
    }

    private static RebuiltFiles CreateFiles()
    {
        Assert.True(ObjectId.TryParse("0123456789abcdef0123456789abcdef01234567", out ObjectId commit));
        return new RebuiltFiles(
            new BuildRequest
            {
                ProjectFile = Project + "/App.csproj",
                AssemblyName = "App",
                TargetFramework = "net9.0",
                RuntimeIdentifier = "linux-x64",
                Configuration = "Release",
                Assembly = Project + "/obj/App.dll",
                CompilerArguments = Project + "/obj/hotpatch/csc.rsp",
                Frameworks = [],
                FrameworkDirectories = [],
                ProjectAssemblies = [],
                Native = new NativeOutputs
                {
                    NativeObject = Project + "/obj/native/App.o",
                    NativeMap = Project + "/obj/native/App.map.xml",
                    Executable = Project + "/bin/App",
                    SymbolFile = Project + "/bin/App.dbg",
                    ArenaObject = Project + "/obj/hotpatch/arena.o",
                    IlcArguments = Project + "/obj/native/App.ilc.rsp",
                    LinkerArguments = Project + "/obj/hotpatch/link.rsp",
                    Linker = "gcc",
                    ObjCopy = "objcopy",
                    IlcVersion = "9.0.20",
                    IlcToolsDirectory = "/packages/ilc/tools",
                    LayoutFlags = [],
                },
                Baseline = "v1",
                NewBaseline = false,
                WarnOnRefusal = false,
                Store = "",
                AdvisoryText = "",
                AdvisoryIdentifiers = [],
                SigningCertificate = "",
                Delta = Project + "/bin/App.hotpatch",
                IntermediateDirectory = Project + "/obj/hotpatch",
            },
            commit);
    }
}
