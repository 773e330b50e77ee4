namespace HotpatchBuild.Tests.Live.Support;

/// <summary>Copies of folders.</summary>
internal static class FolderCopy
{
    /// <summary>Copies all files but those of builds.</summary>
    public static void Copy(string source, string target)
    {
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(source, file);
            if (relative.Split('/').Any(part => part is "bin" or "obj" or ".hotpatch"))
                continue;
            CopyFile(file, Path.Combine(target, relative));
        }
    }

    /// <summary>Copies a build's output, all of it.</summary>
    public static void CopyOutput(string source, string target)
    {
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            CopyFile(file, Path.Combine(target, Path.GetRelativePath(source, file)));
    }

    private static void CopyFile(string file, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(file, target, overwrite: true);
    }
}
