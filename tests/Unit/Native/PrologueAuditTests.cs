using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using HotpatchBuild.Compiler.Native.Audit;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Native;

/// <summary>The audit of every way in which an entry can be, and of a real program against objdump.</summary>
public sealed partial class PrologueAuditTests(NativeSample sample) : IClassFixture<NativeSample>
{
    // Every function is named after its expected verdict: p_ patchable, i_ patchable when idle, n_ not patchable.
    private const string Source = """
        .macro function name
            .globl \name
            .type \name, @function
        \name:
        .endm
        .macro end name
            .size \name, . - \name
            .balign 16, 0xcc
        .endm
        .section __managedcode,"ax",@progbits
        .balign 16
        function p_ordinary;        push %rbp; mov %rsp,%rbp; xor %eax,%eax; pop %rbp; ret; end p_ordinary
        function p_shortpadded;     ret; end p_shortpadded
        function p_looptoentry;     dec %edi; jnz p_looptoentry; nop; nop; ret; end p_looptoentry
        function p_calljustbehind;  call p_ordinary; ret; end p_calljustbehind
        function p_branchbehind;    nop; nop; nop; nop; nop; 1: dec %edi; jnz 1b; ret; end p_branchbehind
        function p_switch
            push %rbp; mov %rsp,%rbp
            p_base: cmp $2,%edi; ja p_1; mov %edi,%eax; lea p_table(%rip),%rcx; mov (%rcx,%rax,4),%ecx; lea p_base(%rip),%rdx; add %rdx,%rcx; jmp *%rcx
            p_1: nop; p_2: nop; p_3: pop %rbp; ret
            end p_switch
        function p_tailcall;        mov (%rdi),%rax; nop; nop; rex.W jmp *%rax; end p_tailcall
        function i_branch;          push %rbx; 1: dec %edi; nop; nop; jnz 1b; pop %rbx; ret; end i_branch
        function i_nearbranch;      push %rbx; nop; 1: nop; nop; nop; {disp32} jmp 1b; end i_nearbranch
        function i_callreturns;     call *%rax; nop; nop; nop; ret; end i_callreturns
        function i_address;         push %rbx; 1: nop; nop; nop; nop; lea 1b(%rip),%rax; pop %rbx; ret; end i_address
        function i_switch
            push %rbp; mov %rsp,%rbp
            i_base: cmp $2,%edi; ja i_1; mov %edi,%eax; lea i_table(%rip),%rcx; mov (%rcx,%rax,4),%ecx; lea i_base(%rip),%rdx; add %rdx,%rcx; jmp *%rcx
            i_1: pop %rbp; ret
            end i_switch
        function i_switchunchecked
            push %rbp; mov %rsp,%rbp
            u_base: mov %edi,%eax; lea u_table(%rip),%rcx; mov (%rcx,%rax,4),%ecx; lea u_base(%rip),%rdx; add %rdx,%rcx; jmp *%rcx
            u_1: pop %rbp; ret
            end i_switchunchecked
        function i_switchchecksother
            push %rbp; mov %rsp,%rbp
            v_base: cmp $0,%esi; ja v_1; mov %edi,%eax; lea v_table(%rip),%rcx; mov (%rcx,%rax,4),%ecx; lea v_base(%rip),%rdx; add %rdx,%rcx; jmp *%rcx
            v_1: pop %rbp; ret
            end i_switchchecksother
        function i_switchwithouttable
            push %rbp; mov %rsp,%rbp
            w_base: cmp $1,%edi; ja w_1; mov %edi,%eax; lea w_table(%rip),%rcx; mov (%rcx,%rax,4),%ecx; lea w_base(%rip),%rdx; add %rdx,%rcx; jmp *%rcx
            w_1: pop %rbp; ret
            end i_switchwithouttable
        function i_unknownjump;     mov (%rdi),%rax; nop; nop; jmp *%rax; end i_unknownjump
        function n_undecodable;     nop; nop; nop; nop; nop; .byte 0x06; ret; end n_undecodable
        function n_entered;         push %rbx; nop; nop; nop; nop; nop; pop %rbx; ret; end n_entered
        function p_enters;          nop; nop; nop; nop; nop; jmp n_entered + 1; end p_enters
        function n_enteredstub;     push %rbx; nop; nop; nop; nop; nop; pop %rbx; ret; end n_enteredstub
        function n_pointed;         push %rbx; nop; nop; nop; nop; nop; pop %rbx; ret; end n_pointed
        function p_beforeunaligned; ret; nop; nop; nop; nop; nop; nop; nop; .size p_beforeunaligned, . - p_beforeunaligned
        function n_unaligned;       nop; nop; nop; nop; nop; ret; end n_unaligned
        function n_short;           ret; .size n_short, . - n_short
        notfunction: ret
        .balign 16, 0xcc
        function n_shortother;      ret; .size n_shortother, . - n_shortother; .byte 0x48, 0x89
        .balign 16, 0xcc
        .section __unbox,"ax",@progbits
        .balign 16
        function stub;              jmp n_enteredstub + 3; end stub
        .section .rodata
        .balign 4
        p_table: .long p_1 - p_base, p_2 - p_base, p_3 - p_base, 0, 0
        i_table: .long i_1 - i_base, 0, i_1 - i_base
        u_table: .long u_1 - u_base, 0, u_1 - u_base, 0x70000000
        v_table: .long v_1 - v_base, 0, v_1 - v_base, 0x70000000
        w_table: .long w_1 - w_base, 0x70000000
        .data
        .quad n_pointed + 4
        .text
        .globl main
        main: xor %eax,%eax; ret
        .section .note.GNU-stack,"",@progbits
        """;

    private static readonly Lazy<PrologueAuditReport> s_synthetic = new(() =>
    {
        string folder = SampleCache.Get("prologues", [Encoding.UTF8.GetBytes(Source)], f =>
        {
            File.WriteAllText(Path.Combine(f, "prologues.s"), Source);
            SampleCache.Run(f, "gcc", "-pie", "prologues.s", "-o", "prologues");
        });
        var elf = ElfFile.Read(File.ReadAllBytes(Path.Combine(folder, "prologues")), "prologues");
        return PrologueAudit.Run(elf, elf, "prologues");
    });

    [Theory]
    [InlineData("p_ordinary", null)]
    [InlineData("p_shortpadded", null)]
    [InlineData("p_looptoentry", null)]
    [InlineData("p_calljustbehind", null)]
    [InlineData("p_branchbehind", null)]
    [InlineData("p_switch", null)]
    [InlineData("p_tailcall", null)]
    [InlineData("p_enters", null)]
    [InlineData("p_beforeunaligned", null)]
    [InlineData("i_branch", "a branch leads into the entry")]
    [InlineData("i_nearbranch", "a branch leads into the entry")]
    [InlineData("i_callreturns", "a call returns into the entry")]
    [InlineData("i_address", "an address inside the entry is taken")]
    [InlineData("i_switch", "a jump table leads into the entry")]
    [InlineData("i_switchunchecked", "a jump table leads into the entry")]
    [InlineData("i_switchchecksother", "a jump table leads into the entry")]
    [InlineData("i_switchwithouttable", "an indirect jump is not understood")]
    [InlineData("i_unknownjump", "an indirect jump is not understood")]
    [InlineData("n_undecodable", "not decodable")]
    [InlineData("n_entered", "entered from outside behind its entry")]
    [InlineData("n_enteredstub", "entered from outside behind its entry")]
    [InlineData("n_pointed", "entered from outside behind its entry")]
    [InlineData("n_unaligned", "not aligned to 16 bytes")]
    [InlineData("n_short", "shorter than a jump")]
    [InlineData("n_shortother", "shorter than a jump")]
    public void EveryKindOfEntryGetsItsVerdict(string function, string? reason)
    {
        AuditedFunction audited = Assert.Single(s_synthetic.Value.Functions, f => f.Name == function);

        Assert.Equal(reason, audited.Reason);
        Assert.Equal(function[0], audited.Verdict switch { PrologueVerdict.Patchable => 'p', PrologueVerdict.PatchableWhenIdle => 'i', _ => 'n' });
    }

    [Fact]
    public void TheSummaryCountsEachFunctionOnceAndNamesReasons() => Assert.Equal(
        "25 functions: 9 patchable, 9 patchable when idle, 7 not patchable (3 entered from outside behind its entry, 2 shorter than a jump, "
        + "1 not aligned to 16 bytes, 1 not decodable)",
        s_synthetic.Value.Summary);

    [Fact]
    public void ARealProgramAgreesWithADisassembler()
    {
        PrologueAuditReport report = PrologueAudit.Run(sample.Executable, sample.Executable, "NativeSample");
        HashSet<ulong> branches = [];
        ulong start = 0;
        HashSet<ulong> seen = [];
        foreach (string line in SampleCache.Run(sample.Folder, "objdump", "-d", "--no-show-raw-insn", "-j", "__managedcode", sample.ExecutablePath).Split('\n'))
        {
            if (LabelLine().Match(line) is { Success: true } label)
                seen.Add(start = Hex(label));
            else if (BranchLine().Match(line) is { Success: true } branch && Hex(branch) - start is > 0 and < 5)
                branches.Add(start);
        }
        ulong arena = sample.Executable.Symbols.First(s => s.Name == "__hotpatch_code").Value;

        Assert.True(branches.Count > 0);
        Assert.Equal(branches.Order(), report.Exceptions.Where(f => f.Reason == "a branch leads into the entry").Select(f => f.Address).Distinct().Order());
        Assert.Equal(seen.Count(a => a < arena), report.FunctionCount);
        Assert.Equal(0, report.NotPatchableCount);
        Assert.Equal(report.FunctionCount, report.PatchableCount + report.PatchableWhenIdleCount);
        Assert.Contains(report.Functions, f => f is { Name: "NativeSample_NativeSample_Program__Operation", Verdict: PrologueVerdict.Patchable });
    }

    [Fact]
    public void AStrippedProgramWithItsDebugFileGivesTheSame()
    {
        var debug = ElfFile.Read(File.ReadAllBytes(sample.DebugPath), "debug");

        Assert.Equal(
            PrologueAudit.Run(sample.Executable, sample.Executable, "NativeSample").Functions.AsEnumerable(),
            PrologueAudit.Run(sample.Stripped, debug, "NativeSample").Functions);
    }

    [Fact]
    public void TheReportSurvivesJson()
    {
        PrologueAuditReport report = s_synthetic.Value;
        PrologueAuditReport? again = JsonSerializer.Deserialize<PrologueAuditReport>(JsonSerializer.Serialize(report));

        Assert.NotNull(again);
        Assert.Equal(report.Functions.AsEnumerable(), again.Functions);
        Assert.Equal(report.Summary, again.Summary);
    }

    [Fact]
    public void AStrippedProgramAloneIsRefused() => Assert.Equal(
        "HPB2302", Assert.Throws<HotpatchException>(() => PrologueAudit.Run(sample.Stripped, sample.Stripped, "s")).Failure.Id);

    [Fact]
    public void SymbolsOfAnotherBuildAreRefused()
    {
        byte[] debug = File.ReadAllBytes(sample.DebugPath);
        debug[debug.AsSpan().IndexOf(sample.Executable.BuildId.Span)] ^= 1;

        Assert.Equal("HPB2304", Assert.Throws<HotpatchException>(
            () => PrologueAudit.Run(sample.Stripped, ElfFile.Read(debug, "other"), "s")).Failure.Id);
    }

    [Fact]
    public void AProgramThatIsNotNativeAotIsRefused()
    {
        var own = ElfFile.Read(File.ReadAllBytes("/proc/self/exe"), "dotnet");

        Assert.Equal("HPB2301", Assert.Throws<HotpatchException>(() => PrologueAudit.Run(own, own, "dotnet")).Failure.Id);
    }

    private static ulong Hex(Match match) => ulong.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex("^([0-9a-f]+) <.*>:$")]
    private static partial Regex LabelLine();

    [GeneratedRegex(@"^\s+[0-9a-f]+:\s+(?:j\w+|loop\w*)\s+([0-9a-f]+)\b")]
    private static partial Regex BranchLine();
}
