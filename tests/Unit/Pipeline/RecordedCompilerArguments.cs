using HotpatchBuild.Compiler.Pipeline;

namespace HotpatchBuild.Tests.Unit.Pipeline;

public sealed class RecordedCompilerArguments : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("csc").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Sources_keep_their_order_and_options_are_no_sources()
    {
        string rooted = File_("z.cs"), relative = File_("a b.cs");
        CompiledFiles read = CompiledFiles.Of(
            ["/noconfig", "/deterministic+", "/reference:/x/A.dll", "-r:\"/y/B C.dll\"", "/r:alias=/z/D.dll", "/out:obj/App.dll", rooted, "\"a b.cs\""], _folder);
        Assert.Equal([rooted, relative], read.Sources.AsEnumerable());
        Assert.Equal(["/x/A.dll", "/y/B C.dll", "/z/D.dll"], read.References.AsEnumerable());
    }

    private string File_(string name)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, "");
        return path;
    }
}
