using System.Globalization;
using HotpatchBuild.Runtime.Native.Engine;

namespace HotpatchBuild.Tool.Output;

/// <summary><c>ps</c> as text.</summary>
internal static class PsText
{
    public static void Write(ProcessesOutput output, TextWriter text)
    {
        if (output.Processes.Count == 0)
        {
            text.WriteLine("no process that was built for hotpatches or runs on CoreCLR is running");
            return;
        }
        var now = TimeProvider.System.GetUtcNow();
        List<string[]> rows = [["PID", "NAME", "ENGINE", "BUILD", "AGE", "IN FORCE"]];
        rows.AddRange(output.Processes.Select(process => new[]
        {
            process.Pid.ToString(CultureInfo.InvariantCulture), Reporter.OneLine(process.Name), process.Engine, BuildIds.Short(process.BuildId), Phrases.Age(now - process.StartedAt),
            Reporter.OneLine(InForce(process, now)),
        }));
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            text.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    private static string InForce(ProcessOutput process, DateTimeOffset now) => process switch
    {
        { Error: { } error } => $"unknown ({error.Id}: {error.What})",
        { State: "baseline" } => "baseline",
        { Delta: { } delta, Since: { } since } => $"{Phrases.Id(delta)} {process.Target} ({Phrases.Age(now - since)}){(process.State == "in-force" ? "" : $", {process.State}")}",
        _ => process.State ?? "unknown",
    };
}
