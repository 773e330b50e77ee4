using System.Diagnostics;
using System.Globalization;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Runtime.Managed;
using HotpatchBuild.Runtime.Managed.Attaching;
using HotpatchBuild.Runtime.Managed.Processes;

namespace HotpatchBuild.Benchmarks.Managed;

/// <summary>What preparation costs a JSON service on CoreCLR, what an apply takes, what a delta build takes beyond the ordinary build.</summary>
/// <remarks>
/// Everything is compared in turns within one run; ratios are medians over the pairs. Throughput is given by the clock and by the processor time that the service uses per request: the second does not count what other work on
/// the machine takes away. First pack the package and install the tool:
/// <code>
/// dotnet pack msbuild/Tasks -c Release &amp;&amp; dotnet pack runtime/Tool -c Release
/// dotnet tool install HotpatchBuild.Tool --version 0.1.0 --add-source artifacts/packages --tool-path /tmp/tools
/// dotnet run -c Release --project tests/Benchmarks -- managed /tmp/tools/hotpatch
/// </code>
/// </remarks>
internal static class ManagedBenchmark
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(2);

    internal static int Run(string[] arguments)
    {
        if (arguments is not [var tool, .. var rest])
            return 1;
        int rounds = rest is [var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 10;
        using Repository repository = Repository.Create();
        repository.Commit("baseline");
        repository.Build();
        string plain = repository.Keep("plain");
        repository.Build("-p:EmitHotpatch=true");
        string prepared = repository.Keep("prepared");
        string delta = MakeDelta(repository, "pieces > 20", "pieces >= 20", "first"), later = MakeDelta(repository, "0.9m", "0.8m", "second");
        Starts(plain, prepared, rounds);
        Steady(plain, prepared, rounds);
        Applies(tool, prepared, delta, later, rounds);
        Switches(tool, prepared, delta, later, rounds);
        DeltaBuilds(repository, rounds: Math.Max(3, rounds / 2), files: 400);
        return 0;
    }

    private static string MakeDelta(Repository repository, string old, string @new, string name)
    {
        repository.Replace("Quote.cs", old, @new);
        repository.Commit(name);
        repository.Build("-p:EmitHotpatch=true");
        string kept = repository.Keep(name);
        return Path.Combine(kept, "hotpatch/Service.hotpatch");
    }

    private static void Starts(string plain, string prepared, int rounds)
    {
        List<double> plains = [], prepareds = [];
        for (int i = 0; i < rounds; i++)
        {
            using (RunningService service = RunningService.StartIn(plain))
                plains.Add(service.Start.TotalMilliseconds);
            using (RunningService service = RunningService.StartIn(prepared))
                prepareds.Add(service.Start.TotalMilliseconds);
        }
        Print("start to first answer, ms", plains, prepareds, "0.0");
    }

    private static void Steady(string plain, string prepared, int rounds)
    {
        using RunningService plainService = RunningService.StartIn(plain), preparedService = RunningService.StartIn(prepared);
        // Until all of it is optimised.
        for (int i = 0; i < 3; i++)
        {
            plainService.Load(s_window);
            preparedService.Load(s_window);
        }
        (List<double> Rates, List<double> Costs, List<double> Bytes) ofPlain = ([], [], []), ofPrepared = ([], [], []);
        for (int i = 0; i < rounds; i++)
        {
            // In turns, and each first as often as the other.
            Window(i % 2 == 0 ? plainService : preparedService, i % 2 == 0 ? ofPlain : ofPrepared);
            Window(i % 2 == 0 ? preparedService : plainService, i % 2 == 0 ? ofPrepared : ofPlain);
        }
        Print("requests a second", ofPlain.Rates, ofPrepared.Rates, "0");
        Print("processor time a request, us", ofPlain.Costs, ofPrepared.Costs, "0.00");
        Print("bytes allocated a request", ofPlain.Bytes, ofPrepared.Bytes, "0");
        Print("working set, MiB", [plainService.Facts().WorkingSet / 1048576.0], [preparedService.Facts().WorkingSet / 1048576.0], "0.0");
    }

    private static void Window(RunningService service, (List<double> Rates, List<double> Costs, List<double> Bytes) results)
    {
        long before = service.Facts().Allocated;
        (long requests, TimeSpan elapsed, TimeSpan processor) = service.Load(s_window);
        results.Bytes.Add((service.Facts().Allocated - before) / (double)requests);
        results.Rates.Add(requests / elapsed.TotalSeconds);
        results.Costs.Add(processor.TotalMicroseconds / requests);
    }

    private static void Applies(string tool, string prepared, string delta, string later, int rounds)
    {
        List<double> firsts = [], laters = [], rollbacks = [];
        for (int i = 0; i < rounds; i++)
        {
            using RunningService service = RunningService.StartIn(prepared);
            service.Load(TimeSpan.FromMilliseconds(500));
            string pid = service.Pid.ToString(CultureInfo.InvariantCulture);
            firsts.Add(Shell.Run("/", tool, "apply", delta, "--pid", pid).TotalMilliseconds);
            laters.Add(Shell.Run("/", tool, "apply", later, "--pid", pid).TotalMilliseconds);
            rollbacks.Add(Shell.Run("/", tool, "rollback", "--pid", pid).TotalMilliseconds);
        }
        Console.WriteLine(Line("tool start to end, ms: first apply", firsts, "0.0"));
        Console.WriteLine(Line("  later apply", laters, "0.0"));
        Console.WriteLine(Line("  rollback", rollbacks, "0.0"));
    }

    /// <summary>The engine alone, compiled and warm: what an apply costs beyond the start of a program.</summary>
    private static void Switches(string tool, string prepared, string delta, string later, int rounds)
    {
        string agent = Directory.GetDirectories(Path.Combine(Path.GetDirectoryName(tool)!, ".store"), "agent", SearchOption.AllDirectories)[0];
        ManagedDelta first = ManagedDelta.Of(DeltaFile.Read(delta)), second = ManagedDelta.Of(DeltaFile.Read(later));
        List<double> firsts = [], supersedes = [], rollbacks = [];
        for (int i = 0; i <= rounds; i++)
        {
            using RunningService service = RunningService.StartIn(prepared);
            service.Load(TimeSpan.FromMilliseconds(500));
            using var engine = new ManagedEngine(ManagedProcess.Open(service.Pid), new ManagedOptions("benchmark", "benchmark", TimeSpan.FromSeconds(10)), new AgentFiles(agent));
            double began = Time(() => engine.Apply(first));
            // The first round compiles the engine itself.
            if (i > 0)
                firsts.Add(began);
            for (int k = 0; k < 10; k++)
            {
                supersedes.Add(Time(() => engine.Apply(second)));
                rollbacks.Add(Time(() => engine.RollBack()));
                supersedes.Add(Time(() => engine.Apply(first)));
            }
        }
        Console.WriteLine(Line("engine alone, ms: first apply of a process", firsts, "0.0"));
        Console.WriteLine(Line("  later apply", supersedes, "0.0"));
        Console.WriteLine(Line("  rollback", rollbacks, "0.0"));
    }

    private static double Time(Action action)
    {
        long begin = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    private static void DeltaBuilds(Repository repository, int rounds, int files)
    {
        for (int i = 0; i < files; i++)
        {
            repository.Write($"Generated{i}.cs", $$"""
                namespace Service.Generated;

                public sealed class Part{{i}}(int start)
                {
                    public int Next(int by) => start += by * {{i}};

                    public string Describe(IEnumerable<int> numbers) => string.Join(',', numbers.Where(number => number > {{i}}).Select(number => number + start));
                }
                """);
        }
        repository.Commit("many files");
        repository.Build("-p:EmitHotpatch=true", "-p:HotpatchNewBaseline=true");
        List<double> ordinary = [], deltas = [];
        for (int i = 0; i < rounds; i++)
        {
            repository.Replace("Generated7.cs", i == 0 ? "by * 7" : $"by * {100 + 2 * (i - 1) + 1}", $"by * {100 + 2 * i}");
            repository.Commit("ordinary");
            ordinary.Add(repository.Build().TotalMilliseconds);
            repository.Replace("Generated7.cs", $"by * {100 + 2 * i}", $"by * {100 + 2 * i + 1}");
            repository.Commit("delta");
            deltas.Add(repository.Build("-p:EmitHotpatch=true").TotalMilliseconds);
        }
        Print(string.Create(CultureInfo.InvariantCulture, $"build of {files} files, one changed, ms"), ordinary, deltas, "0");
    }

    private static void Print(string what, List<double> plain, List<double> prepared, string format)
    {
        // What came one right after the other met the same machine.
        double ratio = Median([.. plain.Zip(prepared, (one, other) => other / one)]);
        Console.WriteLine(Line(what + ": plain", plain, format));
        Console.WriteLine(Line("  with hotpatches", prepared, format) + ratio.ToString("  ratio 0.000", CultureInfo.InvariantCulture));
    }

    private static string Line(string what, List<double> values, string format) => string.Create(
        CultureInfo.InvariantCulture, $"{what,-50}{Median(values).ToString(format, CultureInfo.InvariantCulture),12}  ({values.Min().ToString(format, CultureInfo.InvariantCulture)} to {values.Max().ToString(format, CultureInfo.InvariantCulture)})");

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
