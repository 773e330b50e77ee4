using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Native.Elf;
using HotpatchBuild.Formats.Elf;

namespace HotpatchBuild.Tests.Unit.Baselines;

public sealed class DebugSectionsOfAnObject
{
    [Fact]
    public void Are_zero_afterwards_and_nothing_else_is_touched()
    {
        var writer = new ElfObjectWriter();
        writer.AddSection(".text", ElfSectionType.ProgramBits, ElfSectionFlags.Alloc | ElfSectionFlags.Execute, 16, new byte[] { 1, 2, 3 });
        writer.AddSection(".debug_info", ElfSectionType.ProgramBits, ElfSectionFlags.None, 1, new byte[] { 4, 5, 6 });
        writer.AddSection(".debugger", ElfSectionType.ProgramBits, ElfSectionFlags.Alloc, 1, new byte[] { 7 });
        byte[] before = writer.ToArray();
        byte[] after = DebugSections.Blank(before, "a.o");
        ElfFile file = ElfFile.Read(after, "a.o");
        Assert.Equal([1, 2, 3], file.BytesOf(file.FindSection(".text")!).ToArray());
        Assert.Equal([0, 0, 0], file.BytesOf(file.FindSection(".debug_info")!).ToArray());
        Assert.Equal([7], file.BytesOf(file.FindSection(".debugger")!).ToArray());
        Assert.Equal(3, before.Zip(after).Count(pair => pair.First != pair.Second));
    }
}
