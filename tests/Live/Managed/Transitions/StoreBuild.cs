using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Tests.Live.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace HotpatchBuild.Tests.Live.Managed.Transitions;

/// <summary>
/// A shop that keeps its prices in whole euros and answers in cents, asked by three threads all the time; and fixes that keep them in cents. An answer of old code from new data, or of
/// new code from old data, is wrong by a factor of a hundred.
/// </summary>
internal sealed class StoreBuild
{
    private const string Program = """
        using System;
        using System.Collections.Generic;
        using System.Runtime.CompilerServices;
        using System.Threading;

        public static class Program
        {
            public static void Main()
            {
                Console.WriteLine(Environment.ProcessId);
                for (int i = 0; i < 3; i++)
                    new Thread(Work) { IsBackground = true }.Start();
                while (Console.ReadLine() is { } line)
                {
                    switch (line)
                    {
                        case "busy": Store.Busy = true; break;
                        case "free": Store.Busy = false; break;
                        case "fail": Store.Fail = true; break;
                        case "mend": Store.Fail = false; break;
                        case "lock": new Thread(Hold) { IsBackground = true }.Start(); Store.Held.Wait(); break;
                        case "unlock": Store.Free = true; Store.Freed.Wait(); break;
                    }
                    Console.WriteLine($"{Store.Cents("tea")} {Store.Wrong} {Store.Log}");
                }
            }

            static void Work()
            {
                while (true)
                {
                    Look();
                    Thread.SpinWait(5000);
                }
            }

            // A loop that never ends and has the changed methods inlined would be under way for ever.
            [MethodImpl(MethodImplOptions.NoInlining)]
            static void Look()
            {
                int cents = Store.Cents("tea");
                if (cents != 500 && cents != 501 || Store.Sum() is not (2500 or 2502))
                    Interlocked.Increment(ref Store.Wrong);
            }

            static void Hold()
            {
                lock (Store.Gate)
                {
                    Store.Held.Set();
                    while (!Store.Free)
                        Look();
                }
                Store.Freed.Set();
            }
        }

        """;

    private const string Old = """
        public static class Store
        {
            public static readonly Dictionary<string, int> Prices = new() { ["tea"] = 5, ["pot"] = 20 };
            public static readonly object Gate = new();
            public static readonly ManualResetEventSlim Held = new(), Freed = new();
            public static volatile bool Busy, Fail, Free;
            public static string Log = "";
            public static int Wrong;

            public static int Cents(string name) => Prices[name] * 100;

            public static int Sum()
            {
                int sum = 0;
                foreach (var price in Prices)
                    sum += price.Value * 100;
                return sum;
            }
        }

        """;

    private const string Repair = """
        static class Repair
        {
            [HotpatchBuild.HotpatchPrecondition]
            static string Ready() => Store.Busy ? "the till is open" : null;

            [HotpatchBuild.HotpatchTransition("prices in cents")]
            static void Forth()
            {
                if (Store.Fail)
                    throw new InvalidOperationException("no room for cents");
                if (!Monitor.TryEnter(Store.Gate, 4000))
                    throw new TimeoutException("the store is locked");
                try
                {
                    Each(price => price * 100);
                    // This thread's calls are new ones already.
                    if (Store.Cents("tea") is not (500 or 501))
                        throw new InvalidOperationException("the repair sees old code");
                    Store.Log += "forth ";
                }
                finally
                {
                    Monitor.Exit(Store.Gate);
                }
            }

            [HotpatchBuild.HotpatchRollback("prices in cents")]
            static void Back()
            {
                if (Store.Fail)
                    throw new InvalidOperationException("no way back");
                if (Store.Cents("tea") is not (500 or 501))
                    throw new InvalidOperationException("the way back sees old code");
                Each(price => price / 100);
                Store.Log += "back ";
            }

            static void Each(Func<int, int> change)
            {
                foreach (string name in new List<string>(Store.Prices.Keys))
                {
                    Store.Prices[name] = change(Store.Prices[name]);
                    // Long enough for whoever should wait and does not.
                    Thread.Sleep(30);
                }
            }
        }

        """;

    private static readonly string s_attributes = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "msbuild", "Tasks", "attributes", "HotpatchAttributes.cs"));

    private static readonly MetadataReference[] s_framework =
        [.. Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "System*.dll").Select(file => MetadataReference.CreateFromFile(file))];

    private readonly ProgramAssembly _baseline = Compile(Program + Old);

    /// <summary>What a fix is made of: prices in cents, and a cent more or not.</summary>
    public static string Fix(int more) => Program
        + Old.Replace("Prices[name] * 100", $"Prices[name] + {more}", StringComparison.Ordinal).Replace("price.Value * 100", $"price.Value + {more}", StringComparison.Ordinal) + Repair;

    /// <summary>Writes the program and what the host needs beside it.</summary>
    public string WriteTo(string folder)
    {
        string path = Path.Combine(folder, "Store.dll");
        File.WriteAllBytes(path, _baseline.Image.ToArray());
        File.WriteAllText(Path.Combine(folder, "Store.runtimeconfig.json"), """{ "runtimeOptions": { "tfm": "net10.0", "framework": { "name": "Microsoft.NETCore.App", "version": "10.0.0" } } }""");
        return path;
    }

    /// <summary>Writes the delta that leads from the program to other sources.</summary>
    public string WriteDelta(string source, string path)
    {
        ManagedDeltas.Write("Store", [_baseline], [Compile(source)], path);
        return path;
    }

    private static ProgramAssembly Compile(string source)
    {
        using var image = new MemoryStream();
        using var pdb = new MemoryStream();
        SyntaxTree[] trees = [CSharpSyntaxTree.ParseText(source, path: "/src/Store.cs", encoding: System.Text.Encoding.UTF8), CSharpSyntaxTree.ParseText(s_attributes, path: "/src/Attributes.cs", encoding: System.Text.Encoding.UTF8)];
        var result = CSharpCompilation.Create(
            "Store", source.Contains("[HotpatchBuild.", StringComparison.Ordinal) ? trees : trees[..1], s_framework,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release, deterministic: true))
            .Emit(image, pdb, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb));
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return ManagedDeltas.Of("Store", image.ToArray(), pdb.ToArray());
    }
}
