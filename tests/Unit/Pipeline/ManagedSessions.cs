using System.Text.Json;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Compiler.Managed;
using HotpatchBuild.Compiler.Pipeline;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Hosting;
using HotpatchBuild.Tests.Unit.Baselines;
using HotpatchBuild.Tests.Unit.Diagnostics;
using HotpatchBuild.Tests.Unit.Edits;
using HotpatchBuild.Tests.Unit.Revisions;

namespace HotpatchBuild.Tests.Unit.Pipeline;

/// <summary>Builds of a CoreCLR program with a library, and a compiler of deltas that says what the test wants.</summary>
public sealed class ManagedSessions : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly ScriptedCompiler _compiler = new();

    public ManagedSessions()
    {
        _repository.Write("Program.cs", "class Program;");
        _repository.Write(".gitignore", "obj/\nbin/\n");
        _repository.Commit("first");
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        _repository.Write("obj/csc.rsp", $"/noconfig\n/nostdlib+\n/deterministic+\n/reference:{framework}/System.Runtime.dll\n/reference:obj/Library.dll\n/out:obj/App.dll\nProgram.cs\n");
        Compile("App", "one");
        Compile("Library", "one");
    }

    private string Delta => _repository.At("bin/hotpatch/App.hotpatch");

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Record_first_and_do_nothing_while_nothing_changes()
    {
        Assert.StartsWith("baseline recorded for App ", Outcome(Run()), StringComparison.Ordinal);
        Assert.Contains(": App.dll and 1 library -> ", Outcome(Run()), StringComparison.Ordinal);
        Assert.StartsWith("unchanged: ", Outcome(Run()), StringComparison.Ordinal);
        Assert.Equal(0, _compiler.Calls);
        Assert.Contains("App is as in the baseline ", Outcome(Run(Request() with { AdvisoryText = "other" })), StringComparison.Ordinal);
        // Equal identities need no comparison.
        Assert.Equal(0, _compiler.Calls);
    }

    [Fact]
    public void Put_the_images_of_all_changed_assemblies_into_one_delta()
    {
        Run();
        Compile("Library", "two");
        _compiler.Result = build => new ManagedDeltaResult
        {
            Modules = [.. build.Assemblies.Select(assembly => new ManagedModule(
                assembly.Name, assembly.Mvid, [.. assembly.Image.Span], [new DeltaFunction("M", assembly.Name + ".M", "/_/Program.cs", 1, 2, false)]))],
            Warnings = [new Failure("HPB1999", "What.", "Do.", null, ExitCode.Done)],
        };
        BuildReport report = Run();
        Assert.StartsWith("delta for App from the baseline ", Outcome(report), StringComparison.Ordinal);
        Assert.Equal("HPB1999", Assert.Single(report.Messages, message => message.Kind == BuildMessageKind.Warning).Code);
        Assert.Equal(Delta, report.Delta);
        DeltaManifest manifest = DeltaFile.Read(Delta).Manifest;
        Assert.Equal(["App", "Library"], manifest.Modules.Select(module => module.Name));
        Assert.All(manifest.Modules, module => Assert.Equal((PatchEngine.Managed, null), (module.Engine, module.BuildId)));
        Assert.Equal("Program.cs", manifest.Modules[0].Functions[0].File);
        Assert.Equal(["App", "Library"], _compiler.Baseline!.Assemblies.Select(assembly => assembly.Name));
        Assert.NotEqual(_compiler.Baseline.Assemblies[1].Mvid, _compiler.Build!.Assemblies[1].Mvid);
        // The library is part of the build, and so no reference of it.
        Assert.Equal(["System.Runtime.dll"], _compiler.Build.References.Select(path => Path.GetFileName(path)));
        // What was warned of is said each time.
        Assert.StartsWith("delta for App ", Outcome(Run()), StringComparison.Ordinal);
    }

    [Fact]
    public void Delete_the_delta_of_an_edit_that_is_refused_or_taken_back()
    {
        Run();
        Compile("App", "two");
        _repository.Write("bin/hotpatch/App.hotpatch", "old");
        _compiler.Result = _ => new ManagedDeltaResult { Refusals = [new Failure("HPB1998", "What.", "Do.", new SourceLocation("/_/Program.cs", 1), ExitCode.Refused)] };
        BuildMessage error = Assert.Single(Run().Messages);
        Assert.Equal((BuildMessageKind.Error, "HPB1998", _repository.At("Program.cs")), (error.Kind, error.Code, error.File));
        Assert.False(File.Exists(Delta));
        Assert.Equal(
            [BuildMessageKind.Warning, BuildMessageKind.Outcome], Run(Request() with { WarnOnRefusal = true }).Messages.Select(message => message.Kind));

        _repository.Write("bin/hotpatch/App.hotpatch", "old");
        _compiler.Result = _ => new ManagedDeltaResult();
        Assert.Contains("no delta needed", Outcome(Run()), StringComparison.Ordinal);
        Assert.False(File.Exists(Delta));
    }

    [Fact]
    public void Answer_a_check_and_keep_nothing()
    {
        BuildRequest check = Request() with { Check = true };
        Assert.Equal("HPB2441", Assert.Throws<HotpatchException>(() => Run(check)).Failure.Id);
        Assert.False(Directory.Exists(_repository.At(".hotpatch")));

        Run();
        _repository.Write("bin/hotpatch/App.hotpatch", "of an earlier build");
        string[] before = Files();
        Assert.StartsWith("App needs no hotpatch: a process of the baseline ", Outcome(Run(check)), StringComparison.Ordinal);

        Compile("App", "two");
        _compiler.Result = build => new ManagedDeltaResult
        {
            Modules = [new ManagedModule("App", build.Assemblies[0].Mvid, [.. build.Assemblies[0].Image.Span],
                [new DeltaFunction("M", "App.M", "/_/Program.cs", 1, 2, false), new DeltaFunction("N", "App.N", "/_/Program.cs", 3, 4, true)])],
        };
        BuildReport possible = Run(check);
        Assert.EndsWith(": 1 method changed, 1 added", Outcome(possible), StringComparison.Ordinal);
        Assert.Contains("App can be hot-patched from the baseline ", Outcome(possible), StringComparison.Ordinal);
        Assert.Null(possible.Delta);

        _compiler.Result = _ => new ManagedDeltaResult { Refusals = [new Failure("HPB1998", "What.", "Do.", new SourceLocation("/_/Program.cs", 1), ExitCode.Refused)] };
        Assert.Equal((BuildMessageKind.Error, "HPB1998"), Assert.Single(Run(check).Messages) is var error ? (error.Kind, error.Code) : default);
        Assert.Contains("App cannot be hot-patched from the baseline ", Outcome(Run(check with { WarnOnRefusal = true })), StringComparison.Ordinal);
        // Neither the store nor the delta that stood there nor what builds remember.
        Assert.Equal(before, Files());
        Assert.Equal("of an earlier build", File.ReadAllText(Delta));
    }

    [Theory]
    [InlineData(false, "error")]
    [InlineData(true, "warning")]
    public void Log_refusals_for_code_scanning(bool warn, string level)
    {
        string log = _repository.At("out/app.sarif");
        Run();
        Compile("App", "two");
        _compiler.Result = _ => new ManagedDeltaResult { Refusals = [EditDiagnostics.InstanceFieldAdded.At(new SourceLocation("/_/Program.cs", 4, 2), "Program.a")] };
        BuildRequest request = Request() with { Sarif = log, WarnOnRefusal = warn };
        CodeScanningLog.Write(request, Run(request));
        SarifRules.Check(File.ReadAllText(log));
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(log));
        JsonElement result = document.RootElement.GetProperty("runs")[0].GetProperty("results")[0];
        Assert.Equal(("HPB1010", level), (result.GetProperty("ruleId").GetString(), result.GetProperty("level").GetString()));
        Assert.Equal("Program.cs", result.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString());
        Assert.Equal("HPB2423", Assert.Throws<HotpatchException>(() => CodeScanningLog.Write(request with { HelpUri = "docs" }, Run(request))).Failure.Id);
    }

    [Fact]
    public void Refuse_a_baseline_of_native_code()
    {
        BaselineRecord native = SampleRecord.Create(_repository.Head().Hex);
        var store = new BaselineStore(_repository.At(".hotpatch"));
        store.Add(native with { Manifest = native.Manifest with { Key = new BaselineKey("App", "App.csproj", "net10.0", "any", "Release") } }, DateTimeOffset.UnixEpoch);
        Assert.Equal("HPB2571", Assert.Throws<HotpatchException>(() => Run()).Failure.Id);
    }

    [Fact]
    public void Refuse_references_that_the_process_does_not_have()
    {
        Run();
        string arguments = File.ReadAllText(_repository.At("obj/csc.rsp"));
        Compile("Package", "one");
        _repository.Write("obj/csc.rsp", arguments + "/reference:obj/Package.dll\n");
        Assert.Equal("HPB2573", Assert.Throws<HotpatchException>(() => Run()).Failure.Id);
        Run(Request() with { NewBaseline = true });
        Compile("Package", "two");
        Compile("App", "two");
        Assert.Equal("HPB2572", Assert.Throws<HotpatchException>(() => Run()).Failure.Id);
    }

    private string[] Files() => [.. Directory.GetFiles(_repository.At("."), "*", SearchOption.AllDirectories).Where(file => !file.Contains("/.git/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static string Outcome(BuildReport report) => Assert.Single(report.Messages, message => message.Kind == BuildMessageKind.Outcome).Text;

    private BuildReport Run(BuildRequest? request = null) =>
        new HotpatchBuildSession(request ?? Request(), new ManagedEngine(request ?? Request(), _compiler), TimeProvider.System).Run(CancellationToken.None);

    private void Compile(string name, string value)
    {
        AssemblyRevision revision = Compiled.From([("/_/" + name + ".cs", $"public class C {{ public string M() => \"{value}\"; }}")], name: name);
        Directory.CreateDirectory(_repository.At("obj"));
        File.WriteAllBytes(_repository.At($"obj/{name}.dll"), revision.Assembly.ToArray());
        File.WriteAllBytes(_repository.At($"obj/{name}.pdb"), revision.Symbols!.Value.ToArray());
    }

    private BuildRequest Request() => new()
    {
        ProjectFile = _repository.At("App.csproj"),
        AssemblyName = "App",
        TargetFramework = "net10.0",
        RuntimeIdentifier = "any",
        Configuration = "Release",
        Assembly = _repository.At("obj/App.dll"),
        CompilerArguments = _repository.At("obj/csc.rsp"),
        Frameworks = ["Microsoft.NETCore.App 10.0.0"],
        FrameworkDirectories = [Path.GetDirectoryName(typeof(object).Assembly.Location)!],
        ProjectAssemblies = [_repository.At("obj/Library.dll")],
        Native = null,
        Baseline = "",
        NewBaseline = false,
        WarnOnRefusal = false,
        Store = "",
        AdvisoryText = "",
        AdvisoryIdentifiers = [],
        SigningCertificate = "",
        Delta = Delta,
        IntermediateDirectory = _repository.At("obj/hotpatch"),
    };

    private sealed class ScriptedCompiler : IManagedDeltaCompiler
    {
        public Func<ManagedBuild, ManagedDeltaResult> Result { get; set; } = _ => new ManagedDeltaResult();

        public int Calls { get; private set; }

        public ManagedBuild? Baseline { get; private set; }

        public ManagedBuild? Build { get; private set; }

        public ManagedDeltaResult Compile(ManagedBuild baseline, ManagedBuild build)
        {
            (Calls, Baseline, Build) = (Calls + 1, baseline, build);
            return Result(baseline);
        }
    }
}
