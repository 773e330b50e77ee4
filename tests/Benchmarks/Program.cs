using HotpatchBuild.Benchmarks.StopFloor;

switch (args)
{
    case ["stop-floor", .. var rest]:
        StopFloorBenchmark.Run(rest);
        return 0;
    default:
        Console.Error.WriteLine("""
            usage: dotnet run -c Release --project tests/Benchmarks -- COMMAND
              stop-floor [ROUNDS]   time that a switch with one guarded store stops a process, beside that of the least a ptrace program in C can do
            """);
        return 1;
}
