using System.Text;
using HotpatchBuild.Compiler.Native.Arena;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Tests.Unit.Support;

/// <summary>
/// A NativeAOT program (net9.0, source in Support/NativeSample/) with the arena linked in and the flags of a baseline.
/// Built on first use and kept: use it as <c>IClassFixture&lt;NativeSample&gt;</c> or create it where it is needed.
/// </summary>
public sealed class NativeSample
{
    private static readonly Lazy<string> s_folder = new(Build);
    private readonly Lazy<ElfFile> _object, _executable, _stripped;

    public NativeSample()
    {
        _object = new(() => ElfFile.Read(File.ReadAllBytes(ObjectPath), "NativeSample.o"));
        _executable = new(() => ElfFile.Read(File.ReadAllBytes(ExecutablePath), "NativeSample"));
        _stripped = new(() => ElfFile.Read(File.ReadAllBytes(StrippedPath), "NativeSample"));
    }

    public string Folder => s_folder.Value;

    /// <summary>ILC's object file.</summary>
    public string ObjectPath => Path.Combine(Folder, "obj/Release/net9.0/linux-x64/native/NativeSample.o");

    /// <summary>ILC's map of the object (map.xml).</summary>
    public string MapPath => Path.Combine(Folder, "obj/Release/net9.0/linux-x64/native/NativeSample.map.xml");

    /// <summary>The IL assembly; its PDB lies beside it.</summary>
    public string AssemblyPath => Path.Combine(Folder, "obj/Release/net9.0/linux-x64/NativeSample.dll");

    /// <summary>ILC's arguments.</summary>
    public string IlcArgumentsPath => Path.Combine(Folder, "obj/Release/net9.0/linux-x64/native/NativeSample.ilc.rsp");

    /// <summary>The linker's arguments.</summary>
    public string LinkArgumentsPath => Path.Combine(Folder, "link.rsp");

    /// <summary>The executable as the linker made it, with all symbols.</summary>
    public string ExecutablePath => Path.Combine(Folder, "bin/Release/net9.0/linux-x64/native/NativeSample");

    /// <summary>The executable without symbols, as it is shipped. It runs.</summary>
    public string StrippedPath => Path.Combine(Folder, "NativeSample");

    /// <summary>The separate debug file.</summary>
    public string DebugPath => Path.Combine(Folder, "NativeSample.dbg");

    /// <summary>The arena object that was linked in.</summary>
    public string ArenaPath => Path.Combine(Folder, "arena.o");

    public ElfFile Object => _object.Value;

    public ElfFile Executable => _executable.Value;

    public ElfFile Stripped => _stripped.Value;

    private static string Build()
    {
        string source = Path.Combine(SampleCache.RepositoryRoot, "tests/Unit/Support/NativeSample");
        string[] files = [.. Directory.GetFiles(source).Order(StringComparer.Ordinal)];
        byte[] arena = ArenaObject.Create(new ArenaOptions());
        return SampleCache.Get("native", [.. files.Select(File.ReadAllBytes), arena], folder =>
        {
            foreach (string file in files)
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            File.WriteAllBytes(Path.Combine(folder, "arena.o"), arena);

            // The repository's own build settings are not the sample's.
            foreach (string name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
                File.WriteAllText(Path.Combine(folder, name), "<Project />", Encoding.UTF8);
            SampleCache.Run(
                folder, "dotnet", "publish", "-c", "Release", "-v", "quiet", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false");
            const string linked = "bin/Release/net9.0/linux-x64/native/NativeSample";
            SampleCache.Run(folder, "objcopy", "--only-keep-debug", linked, "NativeSample.dbg");
            SampleCache.Run(folder, "objcopy", "--strip-debug", "--strip-unneeded", linked, "NativeSample");
        });
    }
}
