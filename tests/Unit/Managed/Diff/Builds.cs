using System.IO.Compression;
using HotpatchBuild.Compiler.Edits;
using HotpatchBuild.Tests.Unit.Edits;

namespace HotpatchBuild.Tests.Unit.Managed.Diff;

/// <summary>Builds of small assemblies in a folder of their own.</summary>
internal sealed class Builds : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("hotpatch-diff-").FullName;

    /// <summary>A path in the folder.</summary>
    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>Writes an assembly with its symbols.</summary>
    /// <param name="file">The path of the DLL inside the folder.</param>
    /// <param name="source">Its source.</param>
    /// <param name="program">True for one with an entry point.</param>
    public string Write(string file, string source, bool program = false)
    {
        AssemblyRevision built = Compiled.From([("/src/Code.cs", source)], program, Path.GetFileNameWithoutExtension(file));
        string path = this[file];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, built.Assembly.ToArray());
        File.WriteAllBytes(Path.ChangeExtension(path, ".pdb"), built.Symbols!.Value.ToArray());
        return path;
    }

    /// <summary>Packs a folder.</summary>
    public string Pack(string folder)
    {
        string package = this[folder + ".nupkg"];
        ZipFile.CreateFromDirectory(this[folder], package);
        return package;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
