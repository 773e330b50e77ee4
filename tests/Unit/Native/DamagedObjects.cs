using System.Text;
using HotpatchBuild.Compiler.Native.Comparison;
using HotpatchBuild.Compiler.Native.Objects;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Native;

/// <summary>A small object in ILC's layout, and thousands of damaged copies: reading gives an object or a failure, nothing else.</summary>
public class DamagedObjects
{
    private const string Source = """
            .section __managedcode,"ax",@progbits
            .p2align 4
            .globl App_P__F
            .type App_P__F,@function
        App_P__F:
            .cfi_startproc
            .cfi_lsda 0x1b,_lsda0App_P__F
            subq $8,%rsp
            .cfi_adjust_cfa_offset 8
            .byte 0xe8
            .long App_P__G-.-4
            leaq _ZTV5App_P(%rip),%rax
            callq *__InterfaceDispatchCell_1(%rip)
            addq $8,%rsp
            retq
            .cfi_endproc
            .size App_P__F,.-App_P__F
            .p2align 4,0xcc
            .globl App_P__G
            .type App_P__G,@function
        App_P__G:
            .cfi_startproc
            .cfi_lsda 0x1b,_lsda0App_P__G
            leaq __Str_a(%rip),%rax
            retq
            .cfi_endproc
            .size App_P__G,.-App_P__G

            .section .dotnet_eh_table,"a",@progbits
            .globl _lsda0App_P__F
        _lsda0App_P__F:
            .byte 4
            .long __ehinfo_App_P__F-.
            .byte 1,2,3
            .globl _lsda0App_P__G
        _lsda0App_P__G:
            .byte 0,9

            .data
            .p2align 3
            .globl __ehinfo_App_P__F
        __ehinfo_App_P__F:
            .byte 2,0,8,6
            .long _ZTV5App_P-.
            .p2align 3
            .quad 0,16,1
            .globl _ZTV5App_P
        _ZTV5App_P:
            .long 0x01000000,24
            .quad _ZTV5App_P
            .short 1,1
            .long 0x1234
            .quad App_P__F,_ZTV5App_P
            .long __ehinfo_App_P__F-.
            .p2align 3
            .quad App_P__G
            .globl __NONGCSTATICSApp_P
        __NONGCSTATICSApp_P:
            .quad 5
            .globl __InterfaceDispatchCellSection_Start
        __InterfaceDispatchCellSection_Start:
            .globl __InterfaceDispatchCell_1
        __InterfaceDispatchCell_1:
            .quad App_P__G
            .long _ZTV5App_P-.+1,0
            .quad 0,3
            .globl __FrozenSegmentStart
        __FrozenSegmentStart:
            .quad 0
            .globl __Str_a
        __Str_a:
            .quad _ZTV5App_P
            .long 1
            .short 97,0,0,0
            .quad 0
        """;

    private const string Map = """
        <ObjectNodes>
          <MethodCode Name="App_P__F" Length="27" Hash="a" />
          <MethodCode Name="App_P__G" Length="8" Hash="a" />
          <MethodExceptionHandlingInfo Name="__ehinfo_App_P__F" Length="8" Hash="b" />
          <ConstructedEEType Name="_ZTV5App_P" Length="68" Hash="c" />
          <NonGCStatics Name="__NONGCSTATICSApp_P" Length="16" Hash="d" />
          <InterfaceDispatchCellSection Name="__InterfaceDispatchCellSection_Start" Length="32" Hash="e" />
          <ArrayOfFrozenObjects Name="__FrozenSegmentStart" Length="40" Hash="f" />
        </ObjectNodes>
        """;

    private static readonly Lazy<byte[]> Object = new(() => File.ReadAllBytes(Path.Combine(SampleCache.Get("ilc-layout", [Encoding.UTF8.GetBytes(Source)], folder =>
    {
        File.WriteAllText(Path.Combine(folder, "object.s"), Source + "\n");
        SampleCache.Run(folder, "gcc", "-c", "object.s");
    }), "object.o")));

    [Fact]
    public void The_whole_one_is_read()
    {
        IlcObject read = Read(Object.Value, Encoding.UTF8.GetBytes(Map));
        Assert.Equal(
            ["App_P__F Method 0+", "App_P__G Method 0+", "_ZTV5App_P ConstructedType 24+68", "__FrozenSegmentStart StartupData 0+0", "__InterfaceDispatchCellSection_Start StartupData 0+0", "__InterfaceDispatchCell_1 DispatchCell 0+16", "__NONGCSTATICSApp_P NonGCStatics 8+16", "__Str_a FrozenString 8+28", "__ehinfo_App_P__F ExceptionInfo 0+8", "_lsda0App_P__F Lsda 0+8", "_lsda0App_P__G Lsda 0+2"],
            read.Nodes.Values.OrderBy(n => n.Name, StringComparer.Ordinal).Select(n => $"{n.Name} {n.Kind} {n.Prefix}+{(n.IsCode ? "" : n.Size)}"));
        Assert.Equal(["App_P__G", "_ZTV5App_P", "__InterfaceDispatchCell_1"], read.ReferencesOf(read.Nodes["App_P__F"]).ToArray().Select(r => r.Target));
        Assert.Equal(["__ehinfo_App_P__F"], read.ReferencesOf(read.Nodes["_lsda0App_P__F"]).ToArray().Select(r => r.Target));
        Assert.Equal(["_ZTV5App_P"], read.ReferencesOf(read.Nodes["__ehinfo_App_P__F"]).ToArray().Select(r => r.Target));
        Assert.Equal(3u, read.DispatchSlotOf(read.Nodes["__InterfaceDispatchCell_1"]));
        Assert.Empty(ObjectComparison.Compare(read, Read(Object.Value, Encoding.UTF8.GetBytes(Map))).Changed);
    }

    [Fact]
    public void Damaged_bytes_give_a_failure_or_an_object()
    {
        var random = new Random(20250711);
        byte[] map = Encoding.UTF8.GetBytes(Map);
        IlcObject whole = Read(Object.Value, map);
        int refused = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        const int rounds = 1500;
        for (int i = 0; i < rounds; i++)
        {
            byte[] bytes = [.. Object.Value], text = [.. map];
            byte[] target = i % 4 == 0 ? text : bytes;
            for (int n = random.Next(1, 5); n > 0; n--)
                target[random.Next(target.Length)] = random.Next(3) switch { 0 => 0xff, 1 => 0, _ => (byte)random.Next(256) };
            if (i % 7 == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            if (i % 4 == 0 && i % 3 == 0)
                text = Encoding.UTF8.GetBytes(Map.Replace($"Length=\"{(random.Next(2) == 0 ? 68 : 16)}\"", $"Length=\"{(random.Next(2) == 0 ? uint.MaxValue : (uint)random.Next(100))}\"", StringComparison.Ordinal));
            try
            {
                IlcObject read = Read(bytes, text);
                ObjectComparison comparison = ObjectComparison.Compare(whole, read);
                foreach (IlcNode node in read.Nodes.Values)
                    _ = read.ReferencesOf(node).Length + read.Frames.Of(node).Length;
                Assert.NotNull(comparison.Added);
            }
            catch (HotpatchException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, rounds / 10, rounds);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, rounds * 4L * 1024 * 1024);
    }

    private static IlcObject Read(byte[] bytes, byte[] map) => IlcObject.Read(ElfFile.Read(bytes, "object.o"), IlcMap.Read(map, "map.xml"), "object.o", n => n);
}
