using System.Diagnostics;

namespace HotpatchBuild.Benchmarks.StopFloor;

/// <summary>A C program that comes with the benchmarks.</summary>
internal static class CProgram
{
    internal static string Compile(string name)
    {
        string folder = Directory.CreateTempSubdirectory("hotpatch-benchmark-").FullName;
        string source = Path.Combine(folder, name), program = Path.Combine(folder, Path.GetFileNameWithoutExtension(name));
        using (Stream resource = typeof(CProgram).Assembly.GetManifestResourceStream(name)!)
        using (FileStream file = File.Create(source))
            resource.CopyTo(file);
        using Process gcc = Process.Start("gcc", ["-O2", "-pthread", "-o", program, source]);
        gcc.WaitForExit();
        return gcc.ExitCode == 0 ? program : throw new InvalidOperationException("gcc failed");
    }
}
