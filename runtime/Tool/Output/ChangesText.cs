namespace HotpatchBuild.Tool.Output;

/// <summary><c>apply</c>, <c>check</c> and <c>rollback</c> as text.</summary>
internal static class ChangesText
{
    public static void Write(ChangesOutput output, TextWriter text)
    {
        var done = output.Processes.Where(process => process.Change is not null).ToList();
        if (output.Delta is { } delta && done.Count > 0)
            text.WriteLine($"delta {Phrases.Id(delta.Id)} of {delta.Program}: {delta.Baseline.Describe} -> {delta.Target.Describe}{Signature(delta)}");
        foreach (var process in done)
            Write(output, process, process.Change!, text);
    }

    private static void Write(ChangesOutput output, ChangeOutput process, ChangeDetails change, TextWriter text)
    {
        text.WriteLine(Reporter.OneLine($"process {process.Pid} ({process.Name}): {Outcome(output, change)}"));
        if (change.Repaired != "none")
            text.WriteLine($"  an interrupted earlier command was {change.Repaired} first");
        if (change.AlreadyInForce)
            return;
        text.WriteLine($"  {Functions(change)}");
        if (change.Managed is { } managed)
            Write(output, managed, text);
        else
            WriteNative(output, change, text);
        if (change.Active is { } active)
            WriteActive(output.ActiveCode, active, text);
    }

    private static void WriteActive(string policy, IReadOnlyList<ActiveOutput> active, TextWriter text)
    {
        if (active.Count == 0)
        {
            text.WriteLine("  no call is under way now in what would be switched");
            return;
        }
        text.WriteLine(policy switch
        {
            "refuse" => "  calls are under way now, for which apply would be refused:",
            "wait" => "  calls are under way now, for whose end apply would wait:",
            _ => "  calls are under way now, which would finish with the code they began with:",
        });
        foreach (var call in active)
            text.WriteLine(Reporter.OneLine($"    {call.Method}{Thread(call)}{Why(call.Kind)}"));
    }

    private static string Thread(ActiveOutput call) =>
        call.Thread is not { } thread ? "" : call.ThreadName is { Length: > 0 } name ? $" in thread {thread} ({name})" : $" in thread {thread}";

    private static string Why(string kind) => kind switch { "inliner" => ", which has it inlined", "state-machine" => ", going on after an await or yield", _ => "" };

    private static void WriteNative(ChangesOutput output, ChangeDetails change, TextWriter text)
    {
        if (output.Command != "rollback")
            text.WriteLine(change.ImageReused
                ? "  its code was loaded already"
                : $"  {Phrases.Bytes(change.CodeBytes)} of code and {Phrases.Bytes(change.DataBytes)} of data {(output.Command == "check" ? "to load" : "loaded")}");
        if (change.Stop is { } stop)
        {
            text.WriteLine($"  {Stop(stop)}");
            if (stop.CallsUnderWay)
                text.WriteLine("  calls were under way in functions that changed: they finish in the old code and may meet new functions on their way");
        }
        if (output.Command != "rollback" && change.Arena is { } arena)
            text.WriteLine($"  left afterwards: code {Phrases.Left(arena.Code, bytes: true)}, data {Phrases.Left(arena.Data, bytes: true)}, slots {Phrases.Left(arena.Slots, bytes: false)}");
    }

    private static void Write(ChangesOutput output, ManagedChangeOutput managed, TextWriter text)
    {
        if (managed.Methods > 0)
            text.WriteLine($"  {Phrases.Count(managed.Methods, "method")} {(output.Command == "check" ? "to switch" : "switched")} at once{(managed.SuspendedMicroseconds > 0 ? $", the runtime stood still for {Phrases.Duration(managed.SuspendedMicroseconds)}" : "")}");
        if (managed.NotLoaded.Count > 0)
            text.WriteLine(Reporter.OneLine($"  not loaded yet, patched when loaded: {string.Join(", ", managed.NotLoaded)}"));
        StaleText.Write(managed.Stale, text);
        foreach (var note in managed.Notes)
            text.WriteLine(Reporter.OneLine($"  {note.Id}: {note.What} {note.WhatToDo}"));
    }

    private static string Outcome(ChangesOutput output, ChangeDetails change) => (output.Command, change) switch
    {
        ("rollback", { AlreadyInForce: true }) => "the baseline is in force already",
        ("rollback", _) => $"rolled back {Replaced(change)}to the baseline",
        (_, { AlreadyInForce: true }) => "in force already",
        ("check", { Before: null }) => "can be applied",
        ("check", _) => $"can be applied, supersedes {Phrases.Id(change.Before!)}",
        (_, { Before: { } before }) when before != change.After => $"in force, supersedes {Phrases.Id(before)}",
        _ => "in force",
    };

    private static string Replaced(ChangeDetails change) => change.Before is { } before ? $"from {Phrases.Id(before)} " : "";

    private static string Functions(ChangeDetails change)
    {
        var parts = change.Functions.GroupBy(function => function.Change).Select(group => $"{group.Count()} {group.Key}").ToList();
        if (change.Added > 0)
            parts.Add($"{change.Added} new");
        return parts.Count == 0 ? "no function had to change" : $"functions: {string.Join(", ", parts)}";
    }

    private static string Stop(StopOutput stop)
    {
        if (stop.Threads == 0)
            return "no thread was stopped";
        var more = stop.Attempts > 1 ? $", {stop.Attempts} attempts, longest {Phrases.Duration(stop.LongestMicroseconds)}" : "";
        return $"{Phrases.Count(stop.Threads, "thread")} stopped for {Phrases.Duration(stop.Microseconds)}{more}";
    }

    private static string Signature(DeltaOutput delta) => delta.Signature switch
    {
        { State: "unsigned" } or null => "",
        { State: "trusted" } trusted => Reporter.OneLine($", signed by {trusted.Signer} (trusted)"),
        var signed => Reporter.OneLine($", signed by {signed.Signer} (trust not asked)"),
    };
}
