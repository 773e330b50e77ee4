using System.Buffers.Binary;
using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Native.Linking;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Tests.Unit.Support;
using Xunit.Abstractions;
using LinkedSymbol = HotpatchBuild.Compiler.Native.Linking.LinkedSymbol;

namespace HotpatchBuild.Tests.Unit.Native;

/// <summary>Every reference that the object reader finds, by relocation or by decoding, is the one that the linker stored in the executable.</summary>
public class LinkedReferences(ITestOutputHelper output)
{
    [Fact]
    public void Are_those_of_the_executable()
    {
        NativeProgram program = NativeProgram.Of(NativeProgram.SampleSource);
        IlcObject @object = program.Read();
        ElfFile executable = ElfFile.Read(program.ExecutableBytes, "App");
        var baseline = new LinkedBaseline(@object, executable, [.. SymbolListing.From(executable).Symbols.Select(s => new LinkedSymbol(s.Name, s.Address, s.Type == ElfSymbolType.ThreadLocal))]);
        var relative = executable.DynamicRelocations.ToArray().ToDictionary(r => r.Offset, r => r);
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var wrong = new List<string>();

        foreach (IlcNode node in @object.Nodes.Values.Distinct())
        {
            foreach (IlcReference reference in @object.ReferencesOf(node))
            {
                if (reference.Kind == IlcReferenceKind.ThreadLocal || reference.Target == "__tls_get_addr")
                {
                    Count("thread-local");
                    continue;
                }
                ulong place = baseline.AddressOf(node) - node.Prefix + reference.Offset;
                ulong? expected = @object.Nodes.TryGetValue(reference.Target, out IlcNode? target) ? baseline.AddressOf(target) : null;
                if (target is { Kind: IlcNodeKind.ThreadStatics })
                    expected = null;
                ulong stored = Stored(place, reference) - (ulong)reference.Addend;
                expected ??= baseline.AddressOfExternal(reference.Target, node.Name);
                if (stored != expected)
                    wrong.Add($"{node.Kind} {node.Name}+{reference.Offset} → {reference.Target}: 0x{stored:x} in the executable, 0x{expected:x} expected");
                Count($"{node.Kind} {(reference.Implied ? "decoded" : "relocated")}");
            }
        }

        foreach ((string what, int count) in counts)
            output.WriteLine($"{what}: {count}");
        Assert.True(wrong.Count == 0, $"{wrong.Count} differ:\n{string.Join('\n', wrong.Take(40))}");
        Assert.True(counts["Method decoded"] > 5_000, "calls");
        Assert.True(counts["Lsda decoded"] > 100, "LSDAs");
        Assert.True(counts["ExceptionInfo decoded"] > 10, "clauses");
        Assert.True(counts["ConstructedType decoded"] > 1_000, "MethodTable tails");
        Assert.True(counts["GCStatics decoded"] > 50, "statics");
        Assert.True(counts["AssociatedData relocated"] > 10, "associated data");
        Assert.True(counts.Values.Sum() > 40_000, $"{counts.Values.Sum()} in all");
        Assert.True(counts["DispatchCell decoded"] > 50, "dispatch cells");
        Assert.True(counts["GenericComposition decoded"] > 50, "generic compositions");

        void Count(string what) => counts[what] = counts.GetValueOrDefault(what) + 1;

        ulong Stored(ulong place, IlcReference reference)
        {
            Span<byte> field = stackalloc byte[8];
            if (reference.Kind == IlcReferenceKind.Absolute64)
            {
                if (relative.TryGetValue(place, out ElfRelocation relocation))
                    return (ulong)relocation.Addend;
                executable.ReadAt(place, field);
                return BinaryPrimitives.ReadUInt64LittleEndian(field);
            }
            executable.ReadAt(place, field[..4]);
            return place + (ulong)BinaryPrimitives.ReadInt32LittleEndian(field);
        }
    }
}
