using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace HotpatchBuild.Benchmarks.ToolStart;

/// <summary>
/// Start of <c>hotpatch apply</c> to its end, beside a program that says hello, in turns. Every round starts the program that is patched anew, so that each apply is the first
/// on its process: nothing is loaded, no page of its code is the process's own yet.
/// </summary>
/// <remarks>
/// The tool is the packed one, for its assemblies are compiled ahead of time only in the package:
/// <code>
/// dotnet pack runtime/Tool -c Release
/// dotnet tool install HotpatchBuild.Tool --version 0.1.0 --add-source artifacts/packages --tool-path /tmp/tools
/// dotnet run -c Release --project tests/Benchmarks -- apply /tmp/tools/.store/hotpatchbuild.tool/0.1.0/hotpatchbuild.tool/0.1.0/tools/net10.0/any/hotpatch.dll DELTA PROGRAM
/// </code>
/// The hello world is this assembly with the argument <c>hello</c>. Elapsed times count waits for a processor on a machine that has other work; processor times (user and system) do not.
/// </remarks>
internal static class ToolStartBenchmark
{
    private const int Rounds = 15;

    internal static int Run(string[] arguments)
    {
        if (arguments is ["hello"])
        {
            Console.WriteLine("hello");
            return 0;
        }
        if (arguments is not [var tool, var delta, var program, .. var rest])
            return 1;
        int rounds = rest is [var number] ? int.Parse(number, CultureInfo.InvariantCulture) : Rounds;
        List<Sample> hellos = [], applies = [];
        List<double> stops = [];
        for (int i = 0; i < rounds; i++)
        {
            using Process target = Start(program);
            try
            {
                hellos.Add(Measure(typeof(ToolStartBenchmark).Assembly.Location, "apply", "hello"));
                Sample apply = Measure(tool, "apply", delta, "--pid", target.Id.ToString(CultureInfo.InvariantCulture), "--json");
                applies.Add(apply);
                using JsonDocument report = JsonDocument.Parse(apply.Output);
                if (report.RootElement.GetProperty("processes")[0].GetProperty("change").GetProperty("stop") is { ValueKind: JsonValueKind.Object } stop)
                    stops.Add(stop.GetProperty("microseconds").GetDouble());
            }
            finally
            {
                target.Kill();
                target.WaitForExit();
            }
        }
        Console.WriteLine($"{"medians of " + rounds.ToString(CultureInfo.InvariantCulture),-22}{"elapsed",10}{"processor",12}   (ms)");
        Print("hello world", hellos);
        Print("hotpatch apply", applies);
        if (stops.Count > 0)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"threads stood for      {Median(stops):0} us (fastest {stops.Min():0}, slowest {stops.Max():0})"));
        return 0;
    }

    /// <summary>Starts a web service on a port of the system's choice and waits until it says that it listens.</summary>
    private static Process Start(string program)
    {
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        Process process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line && !line.Contains("Now listening on", StringComparison.Ordinal))
        {
        }
        return process;
    }

    private static Sample Measure(params string[] arguments)
    {
        TimeSpan before = ChildrenTime();
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", ["exec", .. arguments]) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(begin);
        return process.ExitCode == 0
            ? new Sample(elapsed.TotalMilliseconds, (ChildrenTime() - before).TotalMilliseconds, output)
            : throw new InvalidOperationException($"'{string.Join(' ', arguments)}' failed: {output}");
    }

    private static void Print(string what, List<Sample> samples) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what,-22}{Median([.. samples.Select(s => s.Elapsed)]),10:0.0}{Median([.. samples.Select(s => s.Processor)]),12:0.0}"));

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    // getrusage(2): the processes that were waited for, Process.TotalProcessorTime ends with the process itself.
    private static unsafe TimeSpan ChildrenTime()
    {
        const int Children = -1, Size = 144;
        byte* usage = stackalloc byte[Size];
        if (GetResourceUse(Children, usage) != 0)
            throw new InvalidOperationException("getrusage failed");
        long* times = (long*)usage; // user and system time, each in seconds and microseconds
        return TimeSpan.FromSeconds(times[0] + times[2]) + TimeSpan.FromMicroseconds(times[1] + times[3]);
    }

    [DllImport("libc", EntryPoint = "getrusage")]
    private static extern unsafe int GetResourceUse(int who, byte* usage);

    private readonly record struct Sample(double Elapsed, double Processor, string Output);
}
