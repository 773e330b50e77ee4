using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Diagnostics;

/// <summary><c>docs/diagnostics/</c> holds one page for each diagnostic, as the descriptors have it, and nothing else.</summary>
public class PagesTests
{
    /// <summary>Set to 1, it writes the pages.</summary>
    internal const string Variable = "HOTPATCH_WRITE_DIAGNOSTICS";

    private static string Folder => Path.Combine(SampleCache.RepositoryRoot, "docs", "diagnostics");

    [Fact]
    public void Are_those_of_the_descriptors()
    {
        IReadOnlyDictionary<string, string> wanted = DiagnosticPages.All();
        if (Environment.GetEnvironmentVariable(Variable) == "1")
            Write(wanted);
        HashSet<string> present = [.. Directory.GetFiles(Folder).Select(file => Path.GetFileName(file))];
        Assert.Empty(wanted.Keys.Except(present).Select(page => $"{page} is missing"));
        Assert.Empty(present.Except(wanted.Keys).Select(page => $"{page} belongs to no diagnostic"));
        Assert.Empty(wanted.Where(page => File.ReadAllText(Path.Combine(Folder, page.Key)) != page.Value).Select(page => $"{page.Key} is not as the descriptor has it; set {Variable}=1"));
    }

    private static void Write(IReadOnlyDictionary<string, string> pages)
    {
        Directory.CreateDirectory(Folder);
        foreach (string file in Directory.GetFiles(Folder, "*.md").Where(file => !pages.ContainsKey(Path.GetFileName(file))))
            File.Delete(file);
        foreach ((string name, string text) in pages)
            File.WriteAllText(Path.Combine(Folder, name), text);
    }
}
