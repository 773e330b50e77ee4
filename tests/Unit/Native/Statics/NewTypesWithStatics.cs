using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Native.Statics;

/// <summary>Deltas that bring types with static fields that hold references, in a process that runs and collects.</summary>
public class NewTypesWithStatics
{
    private const string Baseline = """
        static class Program
        {
            static void Main()
            {
                Console.WriteLine(Environment.ProcessId);
                var stop = false;
                // Moves everything that can move, all the time.
                var collector = new Thread(() => { while (!Volatile.Read(ref stop)) { GC.Collect(2, GCCollectionMode.Forced, true, true); Churn.Some(); } });
                collector.Start();
                while (Console.ReadLine() is { } line)
                    Console.WriteLine(Work.Do(line));
                Volatile.Write(ref stop, true);
                collector.Join();
            }
        }

        static class Churn
        {
            private static readonly Dictionary<string, int> Seen = new();
            private static readonly List<string> Names = new();
            [MethodImpl(MethodImplOptions.NoInlining)]
            public static void Some() { for (int i = 0; i < 1000; i++) { Names.Add(new string('x', i % 30)); Seen.TryGetValue("n" + i % 50, out int n); Seen["n" + i % 50] = n + 1; } if (Names.Count > 20000) Names.Clear(); }
        }

        static class Work
        {
            [MethodImpl(MethodImplOptions.NoInlining)]
            public static string Do(string line) => "old " + line;
        }
        """;

    [Fact]
    public void Work_in_a_running_process()
    {
        NativeProgram program = Compile("");
        NativeBaseline baseline = NativeDelta.Record(program);
        NativePatchImage first = Image(baseline, Edit("""
            static class Counts
            {
                public static readonly Dictionary<string, int> Map = new();
                public static int Calls;
                [MethodImpl(MethodImplOptions.NoInlining)]
                public static string Add(string key) { Map.TryGetValue(key, out int n); Map[key] = n + 1; return key + Map[key] + "/" + ++Calls; }
            }
            static class Plain { public static string? Last; public static object? Other; }
            """, """
            { string was = Plain.Last ?? "none"; Plain.Last = line + "!"; return Counts.Add(line) + " " + was; }
            """));
        using var process = new PatchedProcess(program);
        Assert.Equal("old a", process.Ask("a"));
        process.Apply(first, "1");
        Assert.Equal("a1/1 none", process.Ask("a"));
        Assert.Equal("a2/2 a!", process.Ask("a"));
        for (int i = 0; i < 500; i++)
            process.Ask("k" + i);
        Assert.Equal("a3/503 k499!", process.Ask("a"));
        process.AssertEndsWell();
    }

    private static NativePatchImage Image(NativeBaseline baseline, NativeProgram edited)
    {
        NativeDeltaResult result = NativeDelta.Make(baseline, edited);
        return result.Image ?? throw new InvalidOperationException(string.Join('\n', result.Refusals));
    }

    private static NativeProgram Edit(string types, string body) => Compile(types, body);

    private static NativeProgram Compile(string types, string? body = null)
    {
        string source = body is null ? Baseline : Baseline.Replace("Do(string line) => \"old \" + line;", "Do(string line) " + body, StringComparison.Ordinal);
        return NativeProgram.Of([("/src/Program.cs", source + "\n" + types), NativeProgram.ReservedStatics], NativeProgram.PackageFlags);
    }
}
