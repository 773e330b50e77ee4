namespace HotpatchBuild.Tests.Live.Compilations;

/// <summary>What one SDK build of the sample used and wrote.</summary>
public sealed record SampleBuild(string RoslynFolder, SampleProject App, SampleProject Lib);

/// <summary>One project of it.</summary>
/// <param name="Folder">The project's folder.</param>
/// <param name="Arguments">The compiler's command line.</param>
/// <param name="Recorded">The files of obj/ as they were then, and of the library's reference assembly.</param>
public sealed record SampleProject(
    string Folder, string[] Arguments, Dictionary<string, byte[]> Recorded, byte[] Assembly, byte[]? Symbols, byte[] ReferenceAssembly, byte[]? Documentation)
{
    internal static SampleProject Read(string folder, string name)
    {
        string obj = Path.Combine(folder, "obj/Release/net10.0");
        string[] inputs = [.. Directory.EnumerateFiles(obj), .. Directory.EnumerateFiles(Path.Combine(folder, "../Lib/obj/Release/net10.0/ref"))];
        return new SampleProject(
            folder,
            File.ReadAllLines(Path.Combine(folder, "obj/csc.txt")),
            inputs.Where(path => !path.EndsWith($"/{name}.dll") || path.Contains("/ref/")).ToDictionary(Path.GetFullPath, File.ReadAllBytes),
            File.ReadAllBytes(Path.Combine(obj, name + ".dll")),
            ReadIfThere(Path.Combine(obj, name + ".pdb")),
            File.ReadAllBytes(Path.Combine(obj, "ref", name + ".dll")),
            ReadIfThere(Path.Combine(obj, name + ".xml")));
    }

    private static byte[]? ReadIfThere(string path) => File.Exists(path) ? File.ReadAllBytes(path) : null;
}
