using System.Diagnostics;
using System.Runtime;
using System.Runtime.InteropServices;
using System.Text;

/// <summary>Main of every program of the catalogue: takes a command a line, prints what the program prints for it, and a mark behind it.</summary>
static class CatalogueDriver
{
    // No program prints it.
    const string Mark = "\u0003";
    static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(150);
    static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    static void Main(string[] arguments)
    {
        // Where the just-in-time compiler lists what it has compiled; native programs have none.
        string? listing = arguments.Length > 0 ? arguments[0] : null;
        using StreamWriter output = new(Console.OpenStandardOutput(), new UTF8Encoding(false)) { NewLine = "\n" };
        while (Console.In.ReadLine() is { } command)
        {
            switch (command)
            {
                case "warm":
                    Warm(listing, output);
                    break;
                case "show":
                    Print(null, output);
                    break;
                case "collect":
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    GC.Collect();
                    break;
                default:
                    Print(command["send ".Length..], output);
                    break;
            }
            output.WriteLine(Mark);
            output.Flush();
        }
    }

    /// <summary>Calls the program until its code is optimised and the compiler has nothing left to do.</summary>
    static void Warm(string? listing, TextWriter output)
    {
        long begin = Stopwatch.GetTimestamp(), lastChange = begin;
        long compiled = -1;
        int unchanged = 0;
        do
        {
            unchanged++;
            for (int i = 0; i < 30; i++)
                Print(null, TextWriter.Null);
            if (listing is null)
                return;
            long now = JitInfo.GetCompiledMethodCount();
            if (now != compiled)
                (compiled, lastChange, unchanged) = (now, Stopwatch.GetTimestamp(), 0);
            if (Stopwatch.GetElapsedTime(begin) > s_longest)
            {
                output.WriteLine("The program has not been optimised.");
                return;
            }
        }
        while (unchanged < 5 || Stopwatch.GetElapsedTime(lastChange) < s_quiet || !IsOptimised(listing));
    }

    static bool IsOptimised(string listing)
    {
        // The list is written through a buffer of the C library.
        fflush(0);
        foreach (string line in File.ReadLines(listing))
        {
            if (line.Contains(" Scenario:Show(System.IO.TextWriter) [Tier1", StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    static void Print(string? text, TextWriter output)
    {
        StringWriter print = new() { NewLine = "\n" };
        try
        {
            if (text is null)
                Scenario.Show(print);
#if SCENARIO_TAKES_TEXT
            else
                Scenario.On(text, print);
#endif
        }
        catch (Exception problem)
        {
            print.WriteLine($"THREW {problem.Message}\n{problem.StackTrace}");
        }
        output.Write(print.ToString());
    }

    [DllImport("libc")]
    static extern int fflush(nint stream);
}
