using System.Text.RegularExpressions;

namespace HotpatchBuild.Tests.Live.Native;

/// <summary>The sources of the program that these tests patch: a baseline, a fix of everything in it, and fixes derived from these.</summary>
internal static partial class GauntletSources
{
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "Native/Gauntlet/Program");

    private static string Fix { get; } = Path.Combine(AppContext.BaseDirectory, "Native/Gauntlet/Fix/Patched.cs");

    /// <summary>The file Patched.cs of a version.</summary>
    public static string Patched(string version) => version switch
    {
        "v2" => File.ReadAllText(Fix),
        // The same code that calls itself the third version, wherever it says which one it is.
        "v3" => SecondVersion().Replace(File.ReadAllText(Fix), match => match.Value.Replace('2', '3')),
        "leaf2" => WithLeaf("2000 + n"),
        "leaf3" => WithLeaf("3000 + n"),
        _ => throw new ArgumentOutOfRangeException(nameof(version), version, "There is no such version."),
    };

    private static string WithLeaf(string body)
    {
        const string Baseline = "Leaf(int n) => 1000 + n;";
        string text = File.ReadAllText(Path.Combine(Program, "Patched.cs"));
        Assert.Contains(Baseline, text, StringComparison.Ordinal);
        return text.Replace(Baseline, $"Leaf(int n) => {body};", StringComparison.Ordinal);
    }

    [GeneratedRegex("""
        "v2|version = 2;|return 2;|\(2 <<|version 2"|code, 2"|=> 2000|return \(2,|H = 2|ComparedBy = 2| \+= 2;
        """)]
    private static partial Regex SecondVersion();
}
