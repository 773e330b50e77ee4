using HotpatchBuild.Compiler.Native;
using HotpatchBuild.Compiler.Pipeline.Engines;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Runtime.Native.Engine;
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
            public static string Text(string a, int b, object c) { Func<int, int> f = Later; return a + " " + b + c + a + " " + f(b) + a + b; }
            [MethodImpl(MethodImplOptions.NoInlining)]
            private static int Later(int n) => n + 1;
            [MethodImpl(MethodImplOptions.NoInlining)]
            public static void Some() { for (int i = 0; i < 1000; i++) { Names.Add(new string('x', i % 30)); Seen.TryGetValue("n" + i % 50, out int n); Seen["n" + i % 50] = n + 1; } if (Names.Count > 20000) Names.Clear(); Names.Add(Text("y", Names.Count, Names)); }
        }

        static class Work
        {
            public static readonly string Started = Environment.ProcessId > 0 ? "start" : "";
            [MethodImpl(MethodImplOptions.NoInlining)]
            public static string Do(string line) => "old " + line;
        }
        """;

    // What each delta brings. Counts and Plain are the same in both: a number, a string, a collection, a lock.
    private const string Kept = """
        static class Counts
        {
            public static readonly Dictionary<string, int> Map = new();
            private static readonly object Gate = new();
            public static int Calls;
            [MethodImpl(MethodImplOptions.NoInlining)]
            public static string Add(string key) { lock (Gate) { Map.TryGetValue(key, out int n); Map[key] = n + 1; return key + (n + 1) + "/" + ++Calls; } }
        }
        static class Plain { public static string? Last; }

        """;

    // Objects of new types, delegates to new code, and what the compiler prepares: new ones for each delta.
    private const string Own = """
        sealed class Rule(int factor) { public int Apply(int n) => n * factor; }
        static class Rules
        {
            public static readonly Rule[] All = [new Rule(FACTOR), new Rule(FACTOR * 10)];
            public static readonly string[] Names = ["one", "ten"];
            public static readonly object Boxed = FACTOR;
            static Rules() { Made = "made by " + Work.Started; }
            public static string Made;
        }
        static class Lambdas
        {
            private static Func<int, int>? s_kept;
            [MethodImpl(MethodImplOptions.NoInlining)]
            private static int Twice(int n) => n * 2 + FACTOR;
            [MethodImpl(MethodImplOptions.NoInlining)]
            private static int Run(Func<int, int> f, int n) => f(n);
            public static int Of(int n) { s_kept ??= Twice; return Run(x => x + FACTOR, n) + Run(Twice, n) + s_kept(n); }
        }

        """;

    private const string Body = """
        { string was = Plain.Last ?? "none"; Plain.Last = line + "!"; return Counts.Add(line) + " " + was + " " + Rules.All[0].Apply(1) + Rules.Names[1] + Rules.All[1].Apply(1) + Rules.Boxed + " " + Lambdas.Of(1) + " " + Rules.Made; }
        """;

    [Fact]
    public void Work_under_collections_keep_their_values_and_never_run_older_code()
    {
        NativeProgram program = Compile("");
        NativeBaseline baseline = NativeDelta.Record(program);
        NativePatchImage first = Image(baseline, Compile(Kept + Own.Replace("FACTOR", "3", StringComparison.Ordinal), Body));
        NativePatchImage second = Image(baseline, Compile(Kept + Own.Replace("FACTOR", "5", StringComparison.Ordinal), Body));
        Assert.Contains(first.Statics, s => s is { References.Initial: not null });
        Assert.Equal(["App_Counts", "App_Plain"], first.Statics.Where(s => !s.Layout.IsEmpty).Select(s => s.Symbol));

        using var process = new PatchedProcess(program);
        Assert.Equal("old a", process.Ask("a"));
        ChangeReport applied = process.Apply(first, "1");
        Assert.Equal(((ulong)first.Statics.Count(s => s.References is not null), 96ul), (applied.Space.Blocks.Used, applied.Space.Blocks.Size));
        Assert.Equal("a1/1 none 3ten303 14 made by start", process.Ask("a"));
        Assert.Equal("a2/2 a! 3ten303 14 made by start", process.Ask("a"));
        for (int i = 0; i < 300; i++)
            Assert.EndsWith("3ten303 14 made by start", process.Ask("k" + i), StringComparison.Ordinal);

        // What the newer one keeps is two types' fields; the others are its own.
        ulong before = process.Engine.Status().Space.Blocks.Used;
        Assert.Equal(before + (ulong)second.Statics.Count(s => s.References is not null && s.Layout.IsEmpty), process.Apply(second, "2").Space.Blocks.Used);
        Assert.Equal("a3/303 k299! 5ten505 20 made by start", process.Ask("a"));
        for (int i = 0; i < 300; i++)
            Assert.EndsWith("5ten505 20 made by start", process.Ask("k" + i), StringComparison.Ordinal);

        process.Engine.Rollback();
        Assert.Equal("old a", process.Ask("a"));
        process.Apply(second, "2");
        Assert.Equal("a4/604 k299! 5ten505 20 made by start", process.Ask("a"));
        process.Apply(first, "1");
        Assert.Equal("a5/605 a! 3ten303 14 made by start", process.Ask("a"));
        process.AssertEndsWell();
    }

    [Fact]
    public void Are_refused_where_there_is_no_room_of_their_kind()
    {
        NativeBaseline baseline = NativeDelta.Record(Compile(""));
        const string Mixed = "struct Pair { public string? Name; public int Number; } static class MixedOnes { public static Pair One; }\n";
        string many = "static class ManyOnes { public static string? " + string.Join(", ", Enumerable.Range(0, 130).Select(i => "F" + i)) + "; }\n";
        NativeProgram edited = Compile(Mixed + many, "{ MixedOnes.One.Name = line; ManyOnes.F0 = line; return ManyOnes.F129 + MixedOnes.One.Name + MixedOnes.One.Number++; }");
        Assert.Equal("HPB2346 HPB2347", NativeDelta.Text(NativeDelta.Make(baseline, edited)));
    }

    private static NativePatchImage Image(NativeBaseline baseline, NativeProgram edited)
    {
        NativeDeltaResult result = NativeDelta.Make(baseline, edited);
        return result.Image ?? throw new InvalidOperationException(string.Join('\n', result.Refusals));
    }

    private static NativeProgram Compile(string types, string? body = null)
    {
        string source = body is null ? Baseline : Baseline.Replace("Do(string line) => \"old \" + line;", "Do(string line) " + body, StringComparison.Ordinal);
        return NativeProgram.Of([("/src/Program.cs", source + "\n" + types), NativeProgram.ReservedStatics], NativeProgram.PackageFlags);
    }
}
