using HotpatchBuild.Compiler;
using HotpatchBuild.Compiler.Compilations;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Tests.Unit.Revisions;

namespace HotpatchBuild.Tests.Unit.Compilations;

/// <remarks>One collection with <see cref="RevisionCompiled"/>: a test here looks at the folders that signing keys are copied to.</remarks>
[Collection("Signing keys")]
public sealed class RefusedCompilations : IDisposable
{
    private readonly TestProject _project = new();

    [Fact]
    public void AnErrorInTheOlderRevisionIsShownAtItsLine()
    {
        _project.Files.Commit("Broken", "A.cs", "class A\n{\n    Missing field;\n    Missing other;\n}\n");
        _project.Files.Commit("Repaired", "A.cs", "class A;");
        Failure failure = Refusals.Expect(BuildDiagnostics.DoesNotCompile, () => _project.CompileRevision(_project.Arguments("A.cs"), "HEAD~1"));
        Assert.Equal(new SourceLocation(_project.Files.At("A.cs"), 3, 5, 3, 12), failure.Where);
        Assert.Contains("2 compilation error(s)", failure.What);
        Assert.Contains("CS0246", failure.What);
        Assert.Contains("Revision ", failure.What);
        _project.Compile(_project.Arguments("A.cs"));
    }

    [Fact]
    public void AWarningIsNoErrorHere()
    {
        _project.Files.Write("A.cs", "class A { int unused; }");
        _project.Files.Write(".editorconfig", "root = true\n[*.cs]\ndotnet_diagnostic.CS0169.severity = error\n");
        CompilationOutput output = _project.Compile(_project.Arguments("A.cs", "/warnaserror+", "/warnaserror:CS0169", "/analyzerconfig:.editorconfig"));
        Assert.Equal("CS0169", Assert.Single(output.Warnings).Id);
    }

    [Fact]
    public void AMissingReferenceIsNamed()
    {
        _project.Files.Write("A.cs", "class A;");
        Assert.Contains("gone.dll", Refusals.Expect(
            BuildDiagnostics.ReferenceMissing, () => _project.Compile(_project.Arguments("A.cs", "/reference:gone.dll"))).What);
    }

    [Fact]
    public void AReferenceThatIsNoAssemblyIsNamed()
    {
        _project.Files.Write("A.cs", "class A;");
        _project.Files.Write("text.dll", "no assembly");
        Assert.Contains("text.dll", Refusals.Expect(
            BuildDiagnostics.ReferenceMissing, () => _project.Compile(_project.Arguments("A.cs", "/reference:text.dll"))).What);
    }

    [Theory]
    [InlineData("gone.cs")]
    [InlineData("/resource:gone.txt")]
    [InlineData("/analyzerconfig:gone.editorconfig")]
    [InlineData("/sourcelink:gone.json")]
    [InlineData("/win32manifest:gone.manifest")]
    public void AMissingFileIsNamed(string argument)
    {
        _project.Files.Write("A.cs", "class A;");
        Assert.Contains("gone", Refusals.Expect(BuildDiagnostics.InputMissing, () => _project.Compile(_project.Arguments("A.cs", argument))).What);
    }

    [Fact]
    public void AFileThatCameLaterIsMissingInTheRevision()
    {
        _project.Files.Commit("First", "A.cs", "class A;");
        _project.Files.Write("Untracked.cs", "class U;");
        Refusals.Expect(BuildDiagnostics.InputMissing, () => _project.CompileRevision(_project.Arguments("A.cs", "Untracked.cs"), "HEAD"));
    }

    [Theory]
    [InlineData("/no-such-option:1")]
    [InlineData("/langversion:99")]
    public void AnUnknownOptionIsRefused(string argument)
    {
        _project.Files.Write("A.cs", "class A;");
        Refusals.Expect(BuildDiagnostics.ArgumentsInvalid, () => _project.Compile(_project.Arguments("A.cs", argument)));
    }

    [Fact]
    public void ABuildThatIsNotDeterministicIsRefused()
    {
        _project.Files.Write("A.cs", "class A;");
        Refusals.Expect(BuildDiagnostics.NotDeterministic, () => _project.Compile(_project.Arguments("A.cs", "/deterministic-")));
    }

    [Fact]
    public void AnotherIdentityIsRefused()
    {
        _project.Files.Write("A.cs", "class A;");
        CompilationOutput output = _project.Compile(_project.Arguments("A.cs"));
        Assert.Same(output, output.Require(output.Mvid));
        Refusals.Expect(BuildDiagnostics.IdentityDiffers, () => output.Require(Guid.NewGuid()));
    }

    [Fact]
    public void AGeneratorThatThrowsIsNamed()
    {
        string generator = CompileGenerator("throw new System.InvalidOperationException(\"no luck\");");
        _project.Files.Write("A.cs", "class A;");
        Failure failure = Refusals.Expect(BuildDiagnostics.GeneratorFailed, () => _project.Compile(_project.Arguments("A.cs", "/analyzer:" + generator)));
        Assert.Contains("BadGenerator", failure.What);
        Assert.Contains("no luck", failure.What);
    }

    [Fact]
    public void ASigningKeyFromGitDoesNotStayBehind()
    {
        string generator = CompileGenerator("throw new System.InvalidOperationException();");
        using System.Security.Cryptography.RSACryptoServiceProvider key = new(2048);
        byte[] secret = key.ExportCspBlob(includePrivateParameters: true);
        File.WriteAllBytes(_project.Files.At("key.snk"), secret);
        _project.Files.Commit("First", "A.cs", "class A;");
        Refusals.Expect(
            BuildDiagnostics.GeneratorFailed, () => _project.CompileRevision(_project.Arguments("A.cs", "/keyfile:key.snk", "/analyzer:" + generator), "HEAD"));
        Assert.True((_project.CompileRevision(_project.Arguments("A.cs", "/keyfile:key.snk"), "HEAD").Assembly.Length) > 0);
        Assert.DoesNotContain(
            Directory.EnumerateDirectories(Path.GetTempPath(), "hotpatch-key-*").Select(folder => Path.Combine(folder, "key.snk")),
            copy => File.Exists(copy) && File.ReadAllBytes(copy).AsSpan().SequenceEqual(secret));
    }

    [Fact]
    public void AGeneratorThatChangedIsTheNewOneInTheSameProcess()
    {
        _project.Files.Write("A.cs", "class A : Generated;");
        foreach (string member in (string[])["First", "Second"])
        {
            string generator = CompileGenerator($"context.AddSource(\"g\", Microsoft.CodeAnalysis.Text.SourceText.From(\"class Generated {{ int {member}; }}\", System.Text.Encoding.UTF8));");
            byte[] assembly = _project.Compile(_project.Arguments("A.cs", "/analyzer:" + generator)).Assembly;
            Assert.True(assembly.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(member)) > 0);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"BaseDirectory":"relative","Arguments":[]}""")]
    [InlineData("""{"BaseDirectory":"/x","Arguments":[null]}""")]
    [InlineData("""{"BaseDirectory":"/x","Arguments":[1]}""")]
    public void RecordedArgumentsThatAreNoneAreRefused(string json) =>
        Refusals.Expect(BuildDiagnostics.ArgumentsInvalid, () => CompilerArguments.FromJson(System.Text.Encoding.UTF8.GetBytes(json)));

    private string CompileGenerator(string body)
    {
        _project.Files.Write("generator/G.cs", $$"""
            [Microsoft.CodeAnalysis.Generator]
            public sealed class BadGenerator : Microsoft.CodeAnalysis.ISourceGenerator
            {
                public void Initialize(Microsoft.CodeAnalysis.GeneratorInitializationContext context) { }
                public void Execute(Microsoft.CodeAnalysis.GeneratorExecutionContext context) { {{body}} }
            }
            """);
        string roslyn = typeof(Microsoft.CodeAnalysis.Compilation).Assembly.Location;
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        CompilerArguments arguments = _project.Arguments(
            "generator/G.cs", "/reference:" + roslyn, $"/reference:{framework}/netstandard.dll", $"/reference:{framework}/System.Collections.Immutable.dll");
        string path = _project.Files.At("generator/G.dll");
        // A new file, as the build's copy makes it: the old one may still be mapped.
        File.Delete(path);
        File.WriteAllBytes(path, _project.Compile(arguments).Assembly);
        return path;
    }

    public void Dispose() => _project.Dispose();
}
