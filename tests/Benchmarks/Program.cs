using HotpatchBuild.Benchmarks.Managed;
using HotpatchBuild.Benchmarks.ToolStart;
using HotpatchBuild.Benchmarks.StopFloor;

switch (args)
{
    case ["stop-floor", .. var rest]:
        StopFloorBenchmark.Run(rest);
        return 0;
    case ["apply", .. var rest]:
        return ToolStartBenchmark.Run(rest);
    case ["managed", .. var rest]:
        return ManagedBenchmark.Run(rest);
    default:
        Console.Error.WriteLine("""
            usage: dotnet run -c Release --project tests/Benchmarks -- COMMAND
              apply TOOL.dll DELTA PROGRAM [ROUNDS]
                                    time from the start of the packed tool to the patched process, and how long its threads stood, beside a hello world
              managed HOTPATCH [ROUNDS]
                                    a JSON service on CoreCLR: start, throughput, allocation and working set plain and prepared, times of applies and of delta builds
              stop-floor [ROUNDS]   time that a switch with one guarded store stops a process, beside that of the least a ptrace program in C can do
            """);
        return 1;
}
