using HotpatchBuild.Hosting;
using HotpatchBuild.Qualification.Probing;

namespace HotpatchBuild.Tests.Unit.Qualification;

/// <summary>The probe uses the build's flags and references, and must never touch the build's files.</summary>
public sealed class ProbesArguments
{
    private static readonly QualificationRequest Request = new()
    {
        ProjectDirectory = "/project", AssemblyName = "App", IlcVersion = "9.0.20", IlcToolsDirectory = "/ilc", IlcArguments = "/project/obj/App.ilc.rsp", LinkerArguments = "/project/obj/link.rsp",
        Linker = "gcc", NativeObject = "/project/obj/native/App.o", LayoutFlags = ["--root:App"], ProbeDirectory = "/probe", WorkDirectory = "/project/obj/probe", Probe = true,
    };

    [Theory]
    [InlineData("-r:/packages/System.Runtime.dll")]
    [InlineData("--targetos:linux")]
    [InlineData("-O")]
    [InlineData("-g")]
    [InlineData("--noscan")]
    [InlineData("--feature:System.Globalization.Invariant=true")]
    [InlineData("--runtimeknob:App.Url=http://localhost/")]
    [InlineData("--directpinvokelist:/sdk/WindowsAPIs.txt")]
    [InlineData("--generateunmanagedentrypoints:System.Private.CoreLib")]
    public void Of_the_compiler_are_the_builds(string line) => Assert.Contains(line, ForIlc(line));

    [Theory]
    [InlineData("obj/App.dll")]
    [InlineData("-o:obj/native/App.o")]
    [InlineData("--map:obj/native/App.map.xml")]
    [InlineData("--mstat:App.mstat")]
    [InlineData("--some-new-log:obj/native/App.log")]
    [InlineData("--exportsfile:obj/native/App.exports")]
    [InlineData("--export-dynamic-symbol:DotNetRuntimeDebugHeader")]
    [InlineData("--generateunmanagedentrypoints:App")]
    [InlineData("--root:App")]
    [InlineData("--descriptor:ILLink.Descriptors.xml")]
    [InlineData("--warnaserr:\";NU1605\"")]
    public void Of_the_compiler_name_nothing_of_the_program(string line) => Assert.DoesNotContain(line, ForIlc(line));

    [Fact]
    public void Of_the_compiler_name_the_probe() =>
        Assert.Equal(["/p/HotpatchProbe.dll", "-o:/p/HotpatchProbe.o", "--map:/p/HotpatchProbe.map.xml", "--root:HotpatchProbe"], ForIlc().Take(4));

    [Fact]
    public void Of_the_linker_have_the_probes_object_in_the_programs_place() => Assert.Equal(
        ["\"/p/HotpatchProbe.o\"", "-o \"/p/HotpatchProbe\"", "-Wl,--export-dynamic", "obj/hotpatch/arena.o", "/sdk/libbootstrapper.o", "-Wl,-rpath,'$ORIGIN'"],
        ForLinker("\"obj/native/App.o\"", "-o \"bin/App\"", "-Wl,--version-script=obj/native/App.exports", "-Wl,--export-dynamic", "obj/hotpatch/arena.o", "/sdk/libbootstrapper.o", "-Wl,-rpath,'$ORIGIN'"));

    [Fact]
    public void Of_the_linker_without_the_programs_object_are_not_understood() => Assert.Null(ForLinker("\"obj/native/Other.o\"", "-o \"bin/App\""));

    private static string[] ForIlc(params string[] recorded) => [.. ProbeArguments.ForIlc(recorded, "/p/HotpatchProbe.dll", "/p/HotpatchProbe.o", Request)];

    private static IReadOnlyList<string>? ForLinker(params string[] recorded) => ProbeArguments.ForLinker(recorded, "/p/HotpatchProbe.o", "/p/HotpatchProbe", Request);
}
