using System.Diagnostics;
using System.Globalization;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Runtime.Native.Switching;
using Switch = HotpatchBuild.Runtime.Native.Switching.Switch;

namespace HotpatchBuild.Benchmarks.StopFloor;

/// <summary>Stop time of a switch beside the ptrace floor, in turns against the same process.</summary>
internal static class StopFloorBenchmark
{
    private const int Turns = 10;

    internal static void Run(string[] arguments)
    {
        int rounds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 200;
        string threads = CProgram.Compile("threads.c"), floor = CProgram.Compile("floor.c");
        Console.WriteLine($"{"target",-24}{"floor",10}{"floor-rt",10}{"switch",10}{"ratio",8}{"ratio-rt",10}   (medians of {rounds} in us; rt: with SCHED_FIFO where allowed, as the switch has it)");
        foreach ((int count, bool paced) in (ReadOnlySpan<(int, bool)>)[(1, false), (16, false), (64, false), (256, false), (1000, false), (16, true)])
        {
            List<double> floors = [], urgentFloors = [], switches = [];
            using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec 3<&0; \"$0\" \"$@\" <&3 3<&- & wait $!", threads, count.ToString(CultureInfo.InvariantCulture), .. paced ? (string[])["paced"] : []])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            string[] answer = process.StandardOutput.ReadLine()!.Split(' ');
            ulong entry = ulong.Parse(answer[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            using (TargetProcess target = TargetProcess.Open(int.Parse(answer[1], CultureInfo.InvariantCulture)))
            {
                ulong word = target.ReadWord(entry);
                SwitchPlan plan = new([new WordStore(entry, word, word)], [new GuardedRange(entry + 1, entry + 5, "patched")], TimeSpan.FromSeconds(10));
                for (int turn = 0; turn < Turns; turn++)
                {
                    floors.AddRange(Floor(floor, target.Pid, rounds / Turns, urgent: false));
                    urgentFloors.AddRange(Floor(floor, target.Pid, rounds / Turns, urgent: true));
                    for (int i = 0; i < rounds / Turns; i++)
                    {
                        switches.Add(Switch.Execute(target, plan).Stopped.TotalMicroseconds);
                        Thread.Sleep(2); // as long as the floor program sleeps between two rounds
                    }
                }
            }

            process.StandardInput.Close();
            process.WaitForExit();
            double f = Median(floors), u = Median(urgentFloors), s = Median(switches);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count + (paced ? " paced" : " sleeping") + " threads",-24}{f,10:0.0}{u,10:0.0}{s,10:0.0}{s / f,8:0.00}{s / u,10:0.00}"));
        }
    }

    private static IEnumerable<double> Floor(string program, int pid, int rounds, bool urgent)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, [pid.ToString(CultureInfo.InvariantCulture), rounds.ToString(CultureInfo.InvariantCulture), .. urgent ? (string[])["urgent"] : []]) { RedirectStandardOutput = true })!;
        double[] times = [.. process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
        process.WaitForExit();
        return times;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
