using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Tests.Unit.Native.Statics;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Native.Synthesis;

/// <summary>Edits that change what the compiler generates around the code, in a process that runs: they can only be patched beside the baseline's types.</summary>
public class SyntheticProgramTests
{
    private const string Baseline = """
        static class Program
        {
            static void Main()
            {
                Console.WriteLine(Environment.ProcessId);
                while (Console.ReadLine() is { } line)
                    Console.WriteLine(Work.Do(line));
            }
        }

        static class Work
        {
            private static int s_seed = 3;
            private static Func<int>? s_stored;
            private static string[] s_names = ["a", "b"];

            public static void Seed(int seed) => s_seed = seed;

            public static string Do(string line) => line switch
            {
                "count" => Count(),
                "sum" => Sum(4),
                "stored" => Stored(2),
                "wait" => Wait(2).Result,
                "names" => Names(),
                "total" => new Point { X = 2, Y = 5 }.Total(1),
                "box" => s_box.Open(),
                "pair" => Pair<string>.Of("x", 7),
                _ => "?",
            };

            [MethodImpl(MethodImplOptions.NoInlining)]
            private static string Count() => "count";

            private static readonly Box s_box = new();

            [MethodImpl(MethodImplOptions.NoInlining)]
            private static string Sum(int n) { Func<int> add = () => n + s_seed; return "sum " + add(); }

            [MethodImpl(MethodImplOptions.NoInlining)]
            private static string Stored(int n) { s_stored ??= () => n * 10; return "stored " + s_stored(); }

            [MethodImpl(MethodImplOptions.NoInlining)]
            private static async Task<string> Wait(int n) { await Task.Yield(); return "wait " + n; }

            [MethodImpl(MethodImplOptions.NoInlining)]
            private static string Names() => s_names[0] + s_names[1];
        }

        sealed class Box
        {
            private readonly int _start = 3;
            [MethodImpl(MethodImplOptions.NoInlining)]
            public string Open() => "box " + _start;
        }

        struct Point
        {
            public int X, Y;
            [MethodImpl(MethodImplOptions.NoInlining)]
            public string Total(int factor) { X *= 10; return "total " + (X + Y) * factor; }
        }

        static class Pair<T> where T : class
        {
            [MethodImpl(MethodImplOptions.NoInlining)]
            public static string Of(T first, int second) => first.ToString() + second;
        }
        """;

    private static readonly (string Old, string New)[] First =
    [
        ("Count() => \"count\";", "Count() => \"count \" + ++s_calls;\n private static int s_calls = 5;\n"),
        ("Func<int> add = () => n + s_seed;", "int more = n * 2; Func<int> add = () => n + more + s_seed;"),
        ("() => n * 10", "() => n * 100"),
        ("private readonly int _start = 3;", "private readonly int _start = 3; private int _opened = 40;"),
        ("Open() => \"box \" + _start;", "Open() => \"box \" + (_start + ++_opened);"),
        ("public int X, Y;", "public int X, Y; private static int s_totals;"),
        ("public string Total(int factor) {", "public string Total(int factor) { s_totals++; Y += s_totals;"),
    ];

    [Fact]
    public void Are_patched_superseded_and_rolled_back()
    {
        NativeProgram program = Compile([]);
        NativeBaseline baseline = NativeDelta.Record(program);
        NativeDeltaResult first = Make(baseline, First);
        // A changed method is told of once, though its code may stand in a function of its own, and under its own name. What has a changed one inlined is changed too.
        Assert.Equal(["Box.Box()", "Box.Open()", "Point.Total(int)", "Work static constructor", "Work.Count()", "Work.Sum(int)"], first.Functions.Where(f => !f.Added && !f.DisplayName.StartsWith("lambda", StringComparison.Ordinal)).Select(f => f.DisplayName).Order(StringComparer.Ordinal));
        Assert.All(first.Functions, f => Assert.DoesNotContain("HotpatchBuild", f.DisplayName, StringComparison.Ordinal));
        NativeDeltaResult second = Make(baseline, [.. First, ("s_names[0] + s_names[1];", "Array.ConvertAll(s_names, n => n + \"!\") is [var a, var b] ? a + b : \"\";")]);

        using var process = new PatchedProcess(program);
        Assert.Equal(["count", "sum 7", "stored 20", "wait 2", "ab", "total 25", "x7", "box 3"], Ask(process));
        process.Apply(first.Image!, "1");
        Assert.Equal(["count 6", "sum 15", "stored 200", "wait 2", "ab", "total 26", "x7", "box 44"], Ask(process));
        Assert.Equal("count 7", process.Ask("count"));
        process.Apply(second.Image!, "2");
        // Added fields keep their values.
        Assert.Equal(["count 8", "sum 15", "stored 200", "wait 2", "a!b!", "total 27", "x7", "box 45"], Ask(process));
        process.Engine.Rollback();
        Assert.Equal(["count", "sum 7", "stored 20", "wait 2", "ab", "total 25", "x7", "box 3"], Ask(process));
        process.AssertEndsWell();
    }

    private static string[] Ask(PatchedProcess process) => [.. ((string[])["count", "sum", "stored", "wait", "names", "total", "pair", "box"]).Select(process.Ask)];

    private static NativeDeltaResult Make(NativeBaseline baseline, (string Old, string New)[] edits)
    {
        NativeProgram edited = Compile(edits);
        NativeDeltaResult direct = NativeDelta.MakeDirectly(baseline, edited);
        Assert.NotEmpty(direct.Refusals);
        NativeDeltaResult result = NativeDelta.Make(baseline, edited);
        Assert.True(result.Image is not null, string.Join('\n', result.Refusals.Concat(result.Warnings)));
        return result;
    }

    private static NativeProgram Compile((string Old, string New)[] edits)
    {
        string source = Baseline;
        foreach ((string old, string @new) in edits)
        {
            Assert.Contains(old, source, StringComparison.Ordinal);
            source = source.Replace(old, @new, StringComparison.Ordinal);
        }
        return NativeProgram.Of([("/src/Program.cs", source), NativeProgram.ReservedStatics], NativeProgram.PackageFlags);
    }
}
