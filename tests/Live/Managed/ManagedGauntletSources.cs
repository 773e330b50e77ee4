using HotpatchBuild.Tests.Live.Support;

namespace HotpatchBuild.Tests.Live.Managed;

/// <summary>The sources of the program that these tests patch: a baseline, a fix of everything in it, and fixes derived from these.</summary>
internal static class ManagedGauntletSources
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "Managed/Gauntlet");

    /// <summary>Small methods that are inlined into callers everywhere, and nothing else.</summary>
    private static readonly (string File, string Old, string Fixed)[] s_common =
    [
        ("Program/Inlined.cs", "Leaf() => \"v1\"", "Leaf() => \"v2\""),
        ("Library/Common.cs", "Leaf() => \"v1\"", "Leaf() => \"v2\""),
    ];

    /// <summary>Writes the files of a version over those of the baseline: v1, v2, v3 (v2 in other words), common.</summary>
    public static void Write(string version, string folder)
    {
        FolderCopy.Copy(s_folder, folder);
        Directory.Delete(Path.Combine(folder, "Fix"), recursive: true);
        switch (version)
        {
            case "v1":
                break;
            case "v2" or "v3":
                WriteFix(version, folder);
                break;
            case "common":
                foreach ((string file, string old, string @fixed) in s_common)
                    Replace(Path.Combine(folder, file), old, @fixed);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(version), version, "There is no such version.");
        }
    }

    private static void WriteFix(string version, string folder)
    {
        string fix = Path.Combine(s_folder, "Fix");
        foreach (string file in Directory.EnumerateFiles(fix, "*.cs", SearchOption.AllDirectories))
            File.WriteAllText(Path.Combine(folder, Path.GetRelativePath(fix, file)), File.ReadAllText(file).Replace("v2", version, StringComparison.Ordinal));
    }

    private static void Replace(string file, string old, string @fixed)
    {
        string text = File.ReadAllText(file);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(old, @fixed, StringComparison.Ordinal));
    }
}
