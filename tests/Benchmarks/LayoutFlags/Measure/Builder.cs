using HotpatchBuild.Compiler.Native.Arena;

namespace HotpatchBuild.Benchmarks.LayoutFlags;

/// <summary>Compiles every variant of the programs: the C# part once, the native part once per variant.</summary>
internal sealed class Builder(string programs, string output)
{
    private readonly string _arenaObject = Path.Combine(output, "arena.o");

    /// <summary>Executables of an earlier run are measured again.</summary>
    public bool KeepsWhatIsBuilt { get; init; }

    public IReadOnlyList<Executable> Build(MeasuredProgram program, IReadOnlyList<Variant> variants)
    {
        Directory.CreateDirectory(output);
        File.WriteAllBytes(_arenaObject, ArenaObject.Create(new ArenaOptions()));
        string project = Path.Combine(programs, program.Folder, program.Assembly + ".csproj");
        if (!KeepsWhatIsBuilt)
            Tool.Run("dotnet", ["restore", project]);
        return variants.Select(variant => Build(program, variant, project)).ToArray();
    }

    private Executable Build(MeasuredProgram program, Variant variant, string project)
    {
        string folder = Path.Combine(output, program.Assembly, variant.FolderName) + "/";
        var built = new Executable(program, variant, Path.Combine(folder, program.Assembly), Path.Combine(folder, program.Assembly + ".o"));
        if (KeepsWhatIsBuilt && File.Exists(built.Path))
            return built;
        List<string> arguments =
        [
            "msbuild", project, "-nologo", "-v:q", "-t:Build;LinkNative", "-p:Configuration=Release",
            $"-p:NativeOutputPath={folder}", $"-p:NativeIntermediateOutputPath={folder}",
            .. variant.BuildArguments(program.Assembly, _arenaObject),
        ];
        // The SDK's default, clang, is not on every machine; the linker is the same.
        if (!Tool.IsInstalled("clang"))
            arguments.Add("-p:CppCompilerAndLinker=gcc");
        Tool.Run("dotnet", arguments);
        // valgrind cannot read these (DWARF 5), and gives up.
        File.Delete(built.Path + ".dbg");
        return built;
    }
}

internal sealed record Executable(MeasuredProgram Program, Variant Variant, string Path, string ObjectPath)
{
    public long Size => new FileInfo(Path).Length;

    public long ObjectSize => new FileInfo(ObjectPath).Length;
}
