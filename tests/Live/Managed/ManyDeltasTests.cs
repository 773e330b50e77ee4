using System.Globalization;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Runtime.Managed;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Xunit.Abstractions;

namespace HotpatchBuild.Tests.Live.Managed;

/// <summary>One delta after the other, each different, in one process.</summary>
[Collection(ManagedProgramsCollection.Name)]
public sealed class ManyDeltasTests(ManagedPrograms programs, ITestOutputHelper report)
{
    private const string Library = "Gauntlet.Library";

    /// <summary>HOTPATCH_STRESS_DELTAS makes it more.</summary>
    private static readonly int s_deltas = int.Parse(Environment.GetEnvironmentVariable("HOTPATCH_STRESS_DELTAS") ?? "50", CultureInfo.InvariantCulture);

    /// <summary>What a delta of one small method may leave in the process; the patch assembly, its code and the agent's records.</summary>
    private const long HeapOfOne = 64 << 10, MemoryOfOne = 400 << 10;

    [Fact]
    public void Each_of_many_deltas_is_in_force_and_leaves_little_behind()
    {
        string output = programs.Gauntlet.Output, folder = Directory.CreateTempSubdirectory("hotpatch-many-").FullName;
        try
        {
            ProgramAssembly baseline = ManagedDeltas.Read(Path.Combine(output, Library + ".dll"));
            using ManagedGauntlet gauntlet = ManagedGauntlet.Start(output);
            using var engine = new LiveManagedEngine(gauntlet.Pid);
            // What the first one brings, and what comes with the first of everything, is not counted.
            const int Before = 10;
            (long Heap, long Memory) start = default;
            for (int i = 0; i < Before + s_deltas; i++)
            {
                if (i == Before)
                    start = Memory(gauntlet);
                string delta = Path.Combine(folder, "delta.hotpatch"), text = $"delta {i}";
                ManagedDeltas.Write("Gauntlet", [baseline], [WithLeaf(baseline, text)], delta);
                engine.Engine.Apply(ManagedDelta.Of(DeltaFile.Read(delta)));
                Assert.Equal("first second third " + text, gauntlet.Ask("library"));
            }
            (long heap, long memory) = Memory(gauntlet);
            report.WriteLine($"{s_deltas} deltas: {(heap - start.Heap) / s_deltas} bytes of the heap and {(memory - start.Memory) / s_deltas} bytes of memory for each");
            Assert.True(heap - start.Heap < s_deltas * HeapOfOne, $"{s_deltas} deltas left {heap - start.Heap} bytes on the heap.");
            Assert.True(memory - start.Memory < s_deltas * MemoryOfOne, $"{s_deltas} deltas left {memory - start.Memory} bytes in memory.");

            engine.Engine.RollBack();
            gauntlet.AssertVersion(1);
            gauntlet.AssertEndsWell();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ProgramAssembly WithLeaf(ProgramAssembly library, string text)
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(new MemoryStream(library.Image.ToArray()));
        MethodDefinition leaf = assembly.MainModule.GetType(Library + ".Common").Methods.Single(method => method.Name == "Leaf");
        leaf.Body.Instructions.Single(instruction => instruction.OpCode == OpCodes.Ldstr).Operand = text;
        assembly.MainModule.Mvid = Guid.NewGuid();
        var image = new MemoryStream();
        assembly.Write(image);
        return ManagedDeltas.Of(Library, image.ToArray(), default);
    }

    private static (long Heap, long Memory) Memory(ManagedGauntlet gauntlet)
    {
        string[] words = gauntlet.Ask("memory").Split(' ');
        return (long.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture));
    }
}
