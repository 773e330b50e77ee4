using System.Security.Cryptography;
using HotpatchBuild.Compiler.Compilations;
using HotpatchBuild.Compiler.Revisions;
using HotpatchBuild.Tests.Unit.Revisions;

namespace HotpatchBuild.Tests.Unit.Compilations;

/// <summary>A revision compiled from git objects is what the working tree was when it stood at that revision.</summary>
[Collection("Signing keys")]
public sealed class RevisionCompiled : IDisposable
{
    private readonly TestProject _project = new();

    [Fact]
    public void EveryKindOfInputComesFromTheRevision()
    {
        CompilerArguments arguments = _project.Arguments(
            "A.cs", "sub/B.cs", "/resource:data.txt,\"a, name\",private", "/resource:data.txt", "/linkresource:linked.txt", "/keyfile:key.snk",
            "/doc:P.xml", "/embed:A.cs", "/embed:notes.txt", "/analyzerconfig:.editorconfig", "/sourcelink:link.json", "/win32icon:icon.ico");
        WriteAll("one");
        CompilationOutput shipped = _project.Compile(arguments);
        _project.Files.Commit("Shipped");
        WriteAll("other");
        File.Delete(_project.Files.At("sub/B.cs"));
        _project.Files.Commit("Later");

        CompilationOutput again = _project.CompileRevision(arguments, "HEAD~1");
        Assert.Equal(shipped.Assembly, again.Assembly);
        Assert.Equal(shipped.Symbols, again.Symbols);
        Assert.Equal(shipped.Documentation, again.Documentation);
        Assert.NotNull(shipped.Documentation);
        _project.Files.Write("sub/B.cs", "class B;");
        Assert.NotEqual(shipped.Mvid, _project.Compile(arguments).Mvid);
    }

    [Theory]
    [InlineData("data.txt")]
    [InlineData("linked.txt")]
    [InlineData("notes.txt")]
    [InlineData("link.json")]
    [InlineData("key.snk")]
    [InlineData("docs.xml")]
    [InlineData("icon.ico")]
    public void EachOfThoseInputsCounts(string input)
    {
        CompilerArguments arguments = _project.Arguments(
            "A.cs", "sub/B.cs", "/resource:data.txt", "/linkresource:linked.txt", "/keyfile:key.snk", "/doc:P.xml", "/embed:notes.txt",
            "/sourcelink:link.json", "/win32icon:icon.ico");
        WriteAll("one");
        CompilationOutput first = _project.Compile(arguments);
        byte[] before = File.ReadAllBytes(_project.Files.At(input));
        WriteAll("other");
        byte[] after = File.ReadAllBytes(_project.Files.At(input));
        Assert.NotEqual(before, after);
        WriteAll("one");
        File.WriteAllBytes(_project.Files.At(input), after);
        CompilationOutput second = _project.Compile(arguments);
        Assert.False(first.Assembly.AsSpan().SequenceEqual(second.Assembly) && first.Documentation.AsSpan().SequenceEqual(second.Documentation));
    }

    [Fact]
    public void LinksAndSubmodulesAreFollowed()
    {
        using TestRepository library = new();
        library.Commit("Library", "L.cs", "class L;");
        _project.Files.Git("submodule", "--quiet", "add", "file://" + library.Folder, "lib");
        _project.Files.Write("real/A.cs", "class A;");
        File.CreateSymbolicLink(_project.Files.At("Link.cs"), "folder/../real/A.cs");
        Directory.CreateSymbolicLink(_project.Files.At("folder"), "real");
        _project.Files.Write("real/B.cs", "class B;");
        CompilerArguments arguments = _project.Arguments("Link.cs", "folder/B.cs", "lib/L.cs");
        // Where a link's target has "..", Linux takes the parent of the folder that the link before it leads to.
        CompilationOutput shipped = _project.Compile(arguments);
        _project.Files.Commit("Shipped");
        File.Delete(_project.Files.At("Link.cs"));
        File.Delete(_project.Files.At("folder"));
        _project.Files.Write("lib/L.cs", "class Changed;");
        _project.Files.Write("real/B.cs", "class Changed;");
        _project.Files.Commit("Later");
        Assert.Equal(shipped.Assembly, _project.CompileRevision(arguments, "HEAD~1").Assembly);
    }

    [Fact]
    public void AProjectNamedThroughALinkIsFoundInItsRepository()
    {
        string spelled = Path.Combine(_project.Files.Outside, "spelled");
        Directory.CreateSymbolicLink(spelled, _project.Files.Folder);
        _project.Files.Commit("Shipped", "src/A.cs", "class A;");
        _project.Files.Commit("Later", "src/A.cs", "class Later;");
        using GitExecutable git = GitExecutable.Open(Path.Combine(spelled, "src"));
        Assert.Equal(spelled, git.SpelledTopLevel);
        Assert.Equal(_project.Files.Folder, git.TopLevel);
        using RevisionSources sources = new(git, git.ResolveCommit("HEAD~1"), new WorkingTreeSources());
        Assert.Equal("class A;"u8.ToArray(), sources.Read(Path.Combine(spelled, "src/A.cs")));
        Assert.Equal("class A;"u8.ToArray(), sources.Read(_project.Files.At("src/A.cs")));
    }

    [Fact]
    public void TheCommandLineOfAnOlderRevisionIsGuessed()
    {
        _project.Files.Write(".gitignore", "obj/\n");
        foreach (string name in (string[])["a/A.cs", "a/Gone.cs", "b/Before.cs", "b/Z.cs", "obj/G.cs"])
            _project.Files.Write(name, $"class {Path.GetFileNameWithoutExtension(name)} {{ int some, more, text, so, that, a, rename, can, be, found; }}");
        _project.Files.Write("P.csproj", "<Project />");
        _project.Files.Commit("Older");
        _project.Files.Git("rm", "-q", "a/Gone.cs");
        _project.Files.Git("mv", "b/Before.cs", "b/After.cs");
        _project.Files.Write("b/New.cs", "enum New;");
        _project.Files.Write("P.csproj", "<Project></Project>");
        CompilerArguments today = _project.Arguments("a/A.cs", "b/After.cs", "b/New.cs", "b/Z.cs", "obj/G.cs");

        using GitExecutable git = _project.Files.Open();
        using RevisionSources sources = new(git, git.ResolveCommit("HEAD"), new WorkingTreeSources());
        RevisionArguments guessed = RevisionArguments.From(today, sources);
        Assert.Equal(
            ["a/A.cs", "a/Gone.cs", "b/Before.cs", "b/Z.cs", "obj/G.cs"],
            guessed.Arguments.Arguments[^5..].Select(path => Path.GetRelativePath(_project.Files.Folder, path)));
        Assert.Equal(string.Join("\n", today.Arguments[..^5]), string.Join("\n", guessed.Arguments.Arguments[..^5]));
        Assert.Equal(["P.csproj"], guessed.ChangedBuildFiles);
        Assert.Equal(guessed.Arguments, CompilerArguments.FromJson(guessed.Arguments.ToJson()));
        Assert.NotEmpty(_project.Compile(guessed.Arguments, sources).Assembly);
    }

    private void WriteAll(string text)
    {
        _project.Files.Write("A.cs", $"/// <summary>S.</summary>\n/// <include file='docs.xml' path='d/{'*'}' />\npublic class A {{ string t = \"{text}\"; }}\n");
        _project.Files.Write("sub/B.cs", $"class B {{ int {text}; }}\n");
        _project.Files.Write("docs.xml", $"<d><remarks>{text}</remarks></d>");
        _project.Files.Write("data.txt", text);
        _project.Files.Write("linked.txt", text);
        _project.Files.Write("notes.txt", text);
        _project.Files.Write("link.json", $"{{\"documents\":{{\"/*\":\"https://example.org/{text}/*\"}}}}");
        _project.Files.Write(".editorconfig", $"root = true\n[*.cs]\nsome_option = {text}\n");
        using RSACryptoServiceProvider key = new(2048);
        File.WriteAllBytes(_project.Files.At("key.snk"), key.ExportCspBlob(includePrivateParameters: true));
        // One image of four bytes (ICONDIR, ICONDIRENTRY, image).
        File.WriteAllBytes(_project.Files.At("icon.ico"), [0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 32, 0, 4, 0, 0, 0, 22, 0, 0, 0, .. "abcd"u8.ToArray()[..3], (byte)text.Length]);
    }

    public void Dispose() => _project.Dispose();
}
