using System.Diagnostics;
using HotpatchBuild.Formats.Deltas;

namespace HotpatchBuild.Tests.Unit.Runtime.Tool;

[Collection(Managed.Tool.AgentInThisProcess.Name)]
public sealed class CommandLineTests : IDisposable
{
    private const string NoSuchProcess = "4194305"; // above the kernel's largest pid (PID_MAX_LIMIT, include/linux/threads.h)

    private readonly string _folder = Directory.CreateTempSubdirectory("hotpatch-tool-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void NoCommandIsAUsageError() => HotpatchTool.Run().AssertError(1, "HPB4601");

    [Fact]
    public void AnUnknownOptionIsAUsageError()
    {
        var result = HotpatchTool.Run("status", "--bogus");
        result.AssertError(1, "HPB4601");
        Assert.Contains("--bogus", result.Errors);
        Assert.Contains("hotpatch status --help", result.Errors);
    }

    [Fact]
    public void AUsageErrorAsJsonIsAnObject()
    {
        var json = HotpatchTool.Run("status", "--pid", "seven", "--json").Json;
        Assert.Equal((1, "HPB4601"), (json.GetProperty("exitCode").GetInt32(), json.GetProperty("error").GetProperty("id").GetString()));
    }

    [Fact]
    public void ACommandWithoutAProcessSaysHowToNameOne()
    {
        var result = HotpatchTool.Run("status");
        result.AssertError(1, "HPB4602");
        Assert.Contains("--pid", result.Errors);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1e9")]
    [InlineData("NaN")]
    public void AnImpossibleTimeoutIsAUsageError(string timeout) =>
        HotpatchTool.Run("rollback", "--pid", NoSuchProcess, "--timeout", timeout).AssertError(1, "HPB4604");

    [Fact]
    public void HelpNamesEveryCommand()
    {
        var help = HotpatchTool.Run("--help");
        Assert.Equal(0, help.ExitCode);
        foreach (var command in new[] { "ps", "check", "apply", "rollback", "status", "inspect", "verify", "doctor" })
            Assert.Contains($"  {command} ", help.Output);
    }

    [Fact]
    public void NoSuchProcessIsExitCodeThree()
    {
        HotpatchTool.Run("status", "--pid", NoSuchProcess).AssertError(3, "HPB4001");
        HotpatchTool.Run("rollback", "--pid", NoSuchProcess).AssertError(3, "HPB4001");
        HotpatchTool.Run("apply", Sample(), "--pid", NoSuchProcess).AssertError(3, "HPB4001");
        HotpatchTool.Run("status", "--name", "no-such-program-here").AssertError(3, "HPB4603");
        HotpatchTool.Run("apply", Sample(), "--all").AssertError(3, "HPB4603");
    }

    [Fact]
    public void EachProcessThatFailsHasItsOwnLineAndPlaceInTheJson()
    {
        var result = HotpatchTool.Run("status", "--pid", NoSuchProcess, "--pid", "4194306", "--json");
        Assert.Equal(3, result.ExitCode);
        Assert.Equal(2, result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var json = result.Json;
        Assert.Equal(("status", 3, "HPB4001"),
            (json.GetProperty("command").GetString(), json.GetProperty("exitCode").GetInt32(), json.GetProperty("error").GetProperty("id").GetString()));
        Assert.Equal(2, json.GetProperty("processes").GetArrayLength());
        Assert.Equal("HPB4001", json.GetProperty("processes")[1].GetProperty("error").GetProperty("id").GetString());
    }

    [Fact]
    public void AProcessThatWasNotBuiltForHotpatchesSaysSo()
    {
        using var other = Process.Start("/bin/sleep", "1000");
        try
        {
            var result = HotpatchTool.Run("apply", Sample(), "--pid", $"{other.Id}");
            result.AssertError(2, "HPB3010");
            Assert.Contains("EmitHotpatch", result.Errors);
            HotpatchTool.Run("status", "--pid", $"{other.Id}").AssertError(2, "HPB3010");
            Assert.False(other.HasExited);
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public void AMissingDeltaIsAUsageError() => HotpatchTool.Run("apply", Path.Combine(_folder, "none.hotpatch"), "--pid", NoSuchProcess).AssertError(1, "HPB3201");

    [Fact]
    public void ADamagedDeltaIsAnIntegrityErrorWhereverItIsDamaged()
    {
        var whole = File.ReadAllBytes(Sample());
        var path = Path.Combine(_folder, "damaged.hotpatch");
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        Assert.Equal(4, HotpatchTool.Run("verify", path).ExitCode);
        whole[whole.Length / 2] ^= 1;
        File.WriteAllBytes(path, whole);
        var result = HotpatchTool.Run("verify", path);
        Assert.Equal(4, result.ExitCode);
        Assert.Matches("^hotpatch: HPB3[0-9]{3}: ", result.Errors);
    }

    [Fact]
    public void VerifySaysWhatTheDeltaIs()
    {
        var result = HotpatchTool.Run("verify", Sample(), "--json");
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        var delta = result.Json.GetProperty("delta");
        Assert.Equal(("App", "v1.1", "unsigned"),
            (delta.GetProperty("program").GetString(), delta.GetProperty("target").GetProperty("describe").GetString(), delta.GetProperty("signature").GetProperty("state").GetString()));
        Assert.Contains("CVE-2026-0001", HotpatchTool.Run("verify", Sample()).Output);
    }

    [Fact]
    public void AnUnsignedDeltaIsRefusedWhereASignatureIsRequired()
    {
        var result = HotpatchTool.Run("apply", Sample(), "--pid", NoSuchProcess, "--require-signature");
        Assert.Equal(4, result.ExitCode);
        Assert.Matches("^hotpatch: HPB3[0-9]{3}: ", result.Errors);
    }

    [Fact]
    public void InspectShowsBothBodiesWithNames()
    {
        var result = HotpatchTool.Run("inspect", Sample());
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Contains("Cart.Total(int)  10 -> 24 bytes  src/Cart.cs:12", result.Output);
        Assert.Contains("Cart.Check(int)  new, 3 bytes", result.Output);
        Assert.Contains("call App_Helper", result.Output);
        Assert.Contains("call App_Cart__Check", result.Output);
        Assert.Contains("[.data+0x8]", result.Output);
        Assert.Contains("je +0x16", result.Output.Replace("short ", "", StringComparison.Ordinal));
        Assert.Contains("A negative quantity went through.", result.Output);
        Assert.Contains("with changes that are in no commit", result.Output);
    }

    [Fact]
    public void InspectTakesOneFunction()
    {
        var functions = HotpatchTool.Run("inspect", Sample(), "--function", "check", "--json").Json.GetProperty("modules")[0].GetProperty("functions");
        Assert.Equal(1, functions.GetArrayLength());
        Assert.Equal(["xor eax, eax", "ret"], functions[0].GetProperty("after").EnumerateArray().Select(instruction => instruction.GetProperty("text").GetString()));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, functions[0].GetProperty("before").ValueKind);
        HotpatchTool.Run("inspect", Sample(), "--function", "nothing").AssertError(1, "HPB4605");
    }

    [Fact]
    public void InspectAndVerifyTakeManagedDeltasToo()
    {
        var path = Path.Combine(_folder, "managed" + DeltaFile.Extension);
        Managed.Tool.FakeDelta.Create("v2").Write(path);
        var result = HotpatchTool.Run("inspect", path);
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Contains("App: managed, build 111122223333, 2 functions", result.Output);
        Assert.Matches(@"  Cart\.Total\(int\)  \d+ bytes of IL  src/Cart\.cs:12\n    in HotpatchBuild\.Patch\.App\.0123456789abcdef: Holder\.Total", result.Output);
        Assert.Contains("  Cart.Check()  new  src/Cart.cs:22", result.Output);
        Assert.Equal(0, HotpatchTool.Run("verify", path).ExitCode);
        Managed.Tool.FakeDelta.Create("v2", Guid.NewGuid()).Write(path);
        HotpatchTool.Run("verify", path).AssertError(4, "HPB3405");
    }

    [Fact]
    public void ARunningCoreClrProcessIsListedAndCanBeAsked()
    {
        // This very process: asking changes nothing in it.
        var ps = HotpatchTool.Run("ps", "--json").Json.GetProperty("processes").EnumerateArray()
            .Single(process => process.GetProperty("pid").GetInt32() == Environment.ProcessId);
        Assert.Equal(("managed", "baseline"), (ps.GetProperty("engine").GetString(), ps.GetProperty("state").GetString()));
        var status = HotpatchTool.Run("status", "--pid", $"{Environment.ProcessId}");
        Assert.Equal((0, ""), (status.ExitCode, status.Errors));
        Assert.Contains("the baseline is in force", status.Output);
        Assert.Contains("in force already", HotpatchTool.Run("rollback", "--pid", $"{Environment.ProcessId}").Output);
        HotpatchTool.Run("apply", Sample(), "--pid", $"{Environment.ProcessId}").AssertError(2, "HPB4116");
        Assert.Contains("its runtime answers", HotpatchTool.Run("doctor", "--pid", $"{Environment.ProcessId}").Output);
    }

    [Fact]
    public void PsAndDoctorRunEverywhere()
    {
        var ps = HotpatchTool.Run("ps", "--json");
        Assert.Equal((0, "ps"), (ps.ExitCode, ps.Json.GetProperty("command").GetString()));
        var doctor = HotpatchTool.Run("doctor", "--json");
        Assert.Contains(doctor.ExitCode, new[] { 0, 3 });
        Assert.Contains("ptrace", doctor.Json.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()));
    }

    private string Sample()
    {
        var path = Path.Combine(_folder, "App" + DeltaFile.Extension);
        if (!File.Exists(path))
            SampleDelta.Create().Write(path);
        return path;
    }
}
