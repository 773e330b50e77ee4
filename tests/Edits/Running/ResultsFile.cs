using System.Diagnostics;
using HotpatchBuild.Tests.Edits.Building;
using HotpatchBuild.Tests.Edits.Format;

namespace HotpatchBuild.Tests.Edits.Running;

/// <summary>
/// With HOTPATCH_EDITS_RESULTS=path, the actual fate of every edit that this run takes through an engine, one line each as soon as it is known:
/// whether it is as the catalogue says, the engine, the edit, its fate, the seconds it took; behind it, indented, what is not as it should be.
/// </summary>
internal static class ResultsFile
{
    private static readonly Lock s_lock = new();
    private static readonly string? s_path = Environment.GetEnvironmentVariable("HOTPATCH_EDITS_RESULTS") is { Length: > 0 } path ? path : null;

    static ResultsFile()
    {
        if (s_path is not null)
            File.WriteAllText(s_path, "");
    }

    /// <summary>Adds an edit.</summary>
    public static void Add(IEngineUnderTest engine, CatalogueEdit edit, EditOutcome outcome, long begin)
    {
        if (s_path is null)
            return;
        Fate expected = EditResults.Expected(engine, edit).Fate;
        string word = EditCheck.WrongPrints(edit, outcome).Length > 0 ? "WRONG" : outcome.Fate.Equals(expected) ? "ok   " : "FATE ";
        string problems = string.Concat(EditCheck.Problems(edit, expected, outcome).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"        {line}\n"));
        lock (s_lock)
            File.AppendAllText(s_path, $"{word} {engine.Name,-7} {edit.Key}: {outcome.Fate} ({Stopwatch.GetElapsedTime(begin).TotalSeconds:0.0} s)\n{problems}");
    }
}
