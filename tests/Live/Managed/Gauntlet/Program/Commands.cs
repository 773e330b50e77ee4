using System.Globalization;

namespace Gauntlet;

public static class Commands
{
    public static string Answer(string[] words) => words switch
    {
        ["warm"] => Harness.WarmUp(),
        ["differences", var version] => Harness.Differences(int.Parse(version, CultureInfo.InvariantCulture)),
        ["cases"] => string.Join('|', Cases.All.Select(item => item.Name)),
        ["count"] => Adding.Count(),
        ["invariant", "start", var threads] => Invariant.Start(int.Parse(threads, CultureInfo.InvariantCulture)),
        ["invariant", "turn", var direction] => Invariant.Turn(int.Parse(direction, CultureInfo.InvariantCulture)),
        ["invariant", "statistics"] => Invariant.Statistics(),
        ["invariant", "stop"] => Invariant.Stop(),
        ["spin", "start"] => Spinning.Start(),
        ["spin", "last"] => Spinning.Last(),
        ["spin", "stop"] => Spinning.Stop(),
        ["under-way", "begin"] => UnderWay.Begin(),
        ["under-way", "end"] => UnderWay.End(),
        ["beside", "count"] => KeptBeside.Counted.Count(),
        ["beside", "race"] => Beside.Race(),
        ["beside", "alive"] => Beside.Alive(),
        ["beside", "finalized"] => Beside.Finalized(),
        ["collectible"] => (PluginContext.Collectible = PluginContext.Load("collectible", collectible: true)).Greet("you"),
        ["memory"] => Memory(),
        ["library"] => Library.Callers.First(),
        _ => "?",
    };

    private static string Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return string.Create(CultureInfo.InvariantCulture, $"{GC.GetTotalMemory(forceFullCollection: true)} {Environment.WorkingSet}");
    }
}
