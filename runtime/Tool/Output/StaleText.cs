namespace HotpatchBuild.Tool.Output;

/// <summary>Old code that still runs, as text.</summary>
internal static class StaleText
{
    /// <summary>One line for each method and thread; nothing where there is none.</summary>
    public static void Write(IReadOnlyList<StaleOutput> stale, TextWriter text)
    {
        if (stale.Count == 0)
            return;
        text.WriteLine("  old code that still runs:");
        foreach (var one in stale)
            text.WriteLine(Reporter.OneLine($"    {one.Method}: {Of(one)}"));
    }

    private static string Of(StaleOutput stale) => stale.Kind switch
    {
        "frame" => $"{Phrases.Count(stale.Count, "call")} that began before the switch, on thread {stale.Thread}",
        "inliner" => $"{Phrases.Count(stale.Count, "call")} of a method that has the old code inlined, on thread {stale.Thread}",
        "state-machine" => $"{Phrases.Count(stale.Count, "async call or iterator")} from before the switch",
        "assembly" => "loaded since, and it could not be patched: it runs the old code",
        "unknown" => "whether old code runs could not be found out",
        _ => Phrases.Count(stale.Count, "instance"),
    };
}
