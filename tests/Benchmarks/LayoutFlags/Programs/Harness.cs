using System.Diagnostics;
using System.Globalization;

/// <summary>Runs a fixed amount of work and prints its user time in seconds and its checksum.</summary>
internal static class Harness
{
    /// <summary>The first argument is the number of rounds; a tenth of them is run before, unmeasured.</summary>
    public static int Run(string[] arguments, Func<int, long> work)
    {
        int rounds = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        work(Math.Max(1, rounds / 10));

        TimeSpan before = Environment.CpuUsage.UserTime;
        long started = Stopwatch.GetTimestamp();
        long checksum = work(rounds);
        TimeSpan wall = Stopwatch.GetElapsedTime(started);
        TimeSpan user = Environment.CpuUsage.UserTime - before;

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{user.TotalSeconds:F6} {wall.TotalSeconds:F6} {checksum}"));
        return 0;
    }
}
