using HotpatchBuild.Compiler.Native.Arena;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Native;

/// <summary>The arena in a real NativeAOT program.</summary>
public sealed class ArenaObjectTests(NativeSample sample) : IClassFixture<NativeSample>
{
    [Fact]
    public void EqualOptionsGiveEqualBytes() => Assert.Equal(ArenaObject.Create(CSample.Arena), ArenaObject.Create(CSample.Arena with { }));

    [Theory]
    [InlineData(0, 1, 4096)]
    [InlineData(4095, 1, 4096)]
    [InlineData(4096, 0, 4096)]
    [InlineData(4096, 1, -4096)]
    [InlineData(4096, int.MaxValue, 4096)]
    public void SizesThatCannotBeAreRejected(int code, int slots, int data) => Assert.Throws<ArgumentOutOfRangeException>(
        () => ArenaObject.Create(new ArenaOptions { CodeSize = code, SlotCount = slots, DataSize = data }));

    [Fact]
    public void TheProgramRuns() => Assert.Equal(
        """
        Circle 3.14; square of 2
        tweet2 woof4
        [4.5] 1 1 Double/String String/List`1
        3 food 1
        7,11,6,5,5,4,24,-7,-8
        <none><3>
        14
        6 42
        321

        """,
        SampleCache.Run(sample.Folder, sample.StrippedPath));

    [Fact]
    public void TheDefaultArenaIsFoundInTheStrippedProgram()
    {
        var options = new ArenaOptions();
        var arena = ArenaLocation.Find(sample.Stripped, "NativeSample");
        var table = EhFrameHeader.Read(arena, 0, sample.Stripped.ReadAt, "NativeSample");
        ElfSection managed = sample.Stripped.FindSection("__managedcode")!;

        Assert.Equal((ulong)options.CodeSize, arena.CodeSize);
        Assert.Equal((uint)options.SlotCount, table.SpareSlots);
        Assert.Equal(managed.Address + managed.Size, arena.DummiesStart + arena.DummyCount);
        Assert.True(arena.CodeStart > managed.Address);
        Assert.True(arena.EntriesStart + arena.EntriesSize <= managed.Address || arena.EntriesStart >= managed.Address + managed.Size);
    }

    [Fact]
    public void TheManagedRangeOfTheRuntimeCoversTheCodeAndNotTheEntries()
    {
        var arena = ArenaLocation.Find(sample.Executable, "NativeSample");
        ulong start = AddressOf("__start___managedcode"), stop = AddressOf("__stop___managedcode");

        Assert.InRange(arena.CodeStart, start, stop);
        Assert.Equal(stop, arena.DummiesStart + arena.DummyCount);
        Assert.False(arena.EntriesStart < stop && start < arena.EntriesStart + arena.EntriesSize);

        ulong AddressOf(string name) => sample.Executable.Symbols.First(s => s.Name == name).Value;
    }

    [Fact]
    public void ThePathsOfTheSampleExist() => Assert.All(
        [sample.ObjectPath, sample.MapPath, sample.AssemblyPath, Path.ChangeExtension(sample.AssemblyPath, ".pdb"), sample.ExecutablePath, sample.StrippedPath, sample.DebugPath],
        path => Assert.True(File.Exists(path), path));
}
