namespace HotpatchBuild.Tool.Output;

/// <summary><c>status</c> as text.</summary>
internal static class StatusText
{
    public static void Write(StatusOutput output, TextWriter text)
    {
        foreach (var process in output.Processes)
        {
            if (process.Error is null)
                Write(process, text);
        }
    }

    private static void Write(ProcessStatusOutput process, TextWriter text)
    {
        text.WriteLine(Reporter.OneLine($"process {process.Pid} ({process.Name}), build {Runtime.Native.Engine.BuildIds.Short(process.BuildId)}: {State(process)}"));
        if (process.InForce is { } delta)
        {
            text.WriteLine(Reporter.OneLine($"  {delta.Program} {delta.Baseline} -> {delta.Target}"));
            text.WriteLine(Reporter.OneLine($"  since {Phrases.Time(delta.Since)} ({Phrases.Age(TimeProvider.System.GetUtcNow() - delta.Since)}) by {delta.By}, {delta.Tool}"));
            foreach (var function in process.Functions!.Where(function => function.Patched))
                text.WriteLine(Reporter.OneLine($"    {function.Name}"));
        }
        if (process.Explanation is { } explanation)
            text.WriteLine(Reporter.OneLine($"  {explanation}"));
        foreach (var entry in process.History ?? [])
            text.WriteLine(Reporter.OneLine($"  history: {Phrases.Id(entry.Delta)} {entry.Target}, {Phrases.Time(entry.Since)} by {entry.By}{Ended(entry)}"));
        if (process.NotLoaded is { Count: > 0 } notLoaded)
            text.WriteLine(Reporter.OneLine($"  not loaded yet, patched when loaded: {string.Join(", ", notLoaded)}"));
        if (process.Stale is { } stale && (process.InForce is not null || process.ImagesLoaded > 0))
        {
            StaleText.Write(stale, text);
            if (stale.Count == 0)
                text.WriteLine("  no old code runs any more");
        }
        if (process.Arena is { } arena)
            text.WriteLine(
                $"  left: code {Phrases.Left(arena.Code, bytes: true)}, data {Phrases.Left(arena.Data, bytes: true)}, "
                + $"entries {Phrases.Left(arena.Entries, bytes: false)}, slots {Phrases.Left(arena.Slots, bytes: false)}"
                + (arena.StaticBlocks.Size == 0 ? "" : $", static blocks {Phrases.Left(arena.StaticBlocks, bytes: false)}"));
    }

    private static string State(ProcessStatusOutput process) => process.State switch
    {
        "baseline" => "the baseline is in force",
        "in-force" => $"delta {Phrases.Id(process.InForce!.Delta)} is in force",
        "interrupted" => "a command was interrupted",
        _ => "records and memory disagree",
    };

    private static string Ended(InForceOutput entry) =>
        entry.EndedAt is { } at ? $", {entry.EndReason?.Replace('-', ' ')} {Phrases.Time(at)} by {entry.EndedBy}" : ", in force";
}
