using System.Diagnostics;
using HotpatchBuild.Formats.PatchImages;

namespace HotpatchBuild.Tests.Unit.PatchImages;

/// <summary>What people see who open an image with binutils.</summary>
public sealed class DisassemblerView : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".dll");

    public DisassemblerView() => File.WriteAllBytes(_file, [.. NativePatchImageWriter.Write(SampleImages.Small())]);

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Sections_are_listed()
    {
        string output = Objdump("-h", _file);
        Assert.Contains("pei-x86-64", output);
        Assert.All([".entry", ".text", ".rdata", ".data", ".eh_fram", ".hotpatc"], name => Assert.Contains(name, output));
    }

    [Fact]
    public void Entries_jump_to_bodies_and_calls_have_names()
    {
        string output = Objdump("-d", _file);
        Assert.Matches(@"<entry\.Pricing_Cart__Round>:\n.*\tjmp +[0-9a-f]+ <Pricing_Cart__Round>", output);
        Assert.Matches(@"\tcall +98760 <Pricing_Rules__Helper>", output);
        Assert.Matches(@"\tcall +[0-9a-f]+ <entry\.Pricing_Cart__Check>", output);
        Assert.Matches(@"\tlea +0x[0-9a-f]+\(%rip\),%rax +# 40003004 <\.rdata\+0x4>", output);
    }

    private static string Objdump(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("objdump", arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
