using System.Diagnostics;
using System.Text.Json;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Engine;

namespace HotpatchBuild.Tests.Live.Runtime;

/// <summary>The engine and the command on a real process with busy threads.</summary>
public sealed class NativeEngineLiveTests : IDisposable
{
    private static readonly EngineOptions Options = new("tester@host", 0, "test", TimeSpan.FromSeconds(30), TimeProvider.System);

    private readonly string _folder = Directory.CreateTempSubdirectory("hotpatch-live-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ApplySupersedeRollbackAndApplyAgain()
    {
        using var service = Service.Start();
        using var target = LiveTarget.Open(service.Pid);
        var engine = new NativeEngine(target.Target, Options);
        Assert.Equal([0, 0, 0], service.Ask());

        var first = engine.Apply(NativeDelta.For(Service.Delta(1, 0, 1), target.Target));
        Assert.Equal([1, 1, 0], service.Ask());
        Assert.True(first.Switch!.Threads >= 5);

        engine.Apply(NativeDelta.For(Service.Delta(2, 1, 2), target.Target));
        Assert.Equal([0, 2, 2], service.Ask());

        Assert.True(engine.Apply(NativeDelta.For(Service.Delta(2, 1, 2), target.Target)).AlreadyThere);
        engine.Rollback();
        Assert.Equal([0, 0, 0], service.Ask());

        var again = engine.Apply(NativeDelta.For(Service.Delta(1, 0, 1), target.Target));
        Assert.True(again.ImageReused);
        Assert.Equal([1, 1, 0], service.Ask());
        Assert.True(service.Calls() > 0);
    }

    [Fact]
    public void HundredsOfChangesUnderLoad()
    {
        using var service = Service.Start();
        using var target = LiveTarget.Open(service.Pid);
        var engine = new NativeEngine(target.Target, Options);
        var deltas = Enumerable.Range(1, 8).Select(i => NativeDelta.For(Service.Delta((byte)i, [.. Enumerable.Range(0, 3).Where(f => (i >> f & 1) != 0)]), target.Target))
            .Where(delta => delta.Image.Functions.Length > 0).ToList();
        for (var i = 0; i < 300; i++)
        {
            var version = i % 7 + 1;
            engine.Apply(deltas[version - 1]);
            Assert.Equal(Enumerable.Range(0, 3).Select(f => (version >> f & 1) != 0 ? version : 0), service.Ask());
            if (i % 4 == 3)
            {
                engine.Rollback();
                Assert.Equal([0, 0, 0], service.Ask());
            }
        }
        Assert.Equal(Agreement.Agree, engine.Status().Agreement);
    }

    [Fact]
    public void SupersedingOneFunctionStopsNoThread()
    {
        using var service = Service.Start();
        using var target = LiveTarget.Open(service.Pid);
        var engine = new NativeEngine(target.Target, Options);
        engine.Apply(NativeDelta.For(Service.Delta(1, 0), target.Target));

        var report = engine.Apply(NativeDelta.For(Service.Delta(2, 0), target.Target));

        Assert.Equal((0, TimeSpan.Zero), (report.Switch!.Threads, report.Switch.Stopped));
        Assert.Equal([2, 0, 0], service.Ask());
    }

    [Fact]
    public void TheCommandDoesTheSameFromAnotherProcess()
    {
        using var service = Service.Start();
        var delta = Path.Combine(_folder, "one.hotpatch");
        Service.Delta(7, 0, 2).Write(delta);
        var pid = $"{service.Pid}";

        var check = Run("check", delta, "--pid", pid);
        Assert.Equal(0, check.ExitCode);
        Assert.Equal([0, 0, 0], service.Ask());

        var apply = Run("apply", delta, "--pid", pid, "--json");
        Assert.Equal(0, apply.ExitCode);
        var change = JsonDocument.Parse(apply.Output).RootElement.GetProperty("processes")[0].GetProperty("change");
        Assert.Equal(["patched", "patched"], change.GetProperty("functions").EnumerateArray().Select(function => function.GetProperty("change").GetString()));
        Assert.True(change.GetProperty("stop").GetProperty("threads").GetInt32() >= 5);
        Assert.Equal([7, 0, 7], service.Ask());

        Assert.Contains("in force already", Run("apply", delta, "--pid", pid).Output);
        var status = Run("status", "--pid", pid, "--history");
        Assert.Contains("v0 -> v7", status.Output);
        Assert.Contains(Environment.UserName, status.Output);
        Assert.Contains(pid, Run("ps").Output);
        Assert.Equal(0, Run("rollback", "--name", Service.Name).ExitCode);
        Assert.Equal([0, 0, 0], service.Ask());
        Assert.Contains("the baseline is in force already", Run("rollback", "--pid", pid).Output);
    }

    [Fact]
    public void AnotherBuildsDeltaIsRefusedAndTheProcessGoesOn()
    {
        using var service = Service.Start();
        var delta = Path.Combine(_folder, "other.hotpatch");
        Service.Delta(1, new byte[] { 1, 2, 3, 4 }, 0).Write(delta);

        var result = Run("apply", delta, "--pid", $"{service.Pid}");

        Assert.Equal(2, result.ExitCode);
        Assert.Matches("^hotpatch: HPB4501: .+\n$", result.Errors);
        Assert.Equal([0, 0, 0], service.Ask());
    }

    [Fact]
    public void ASecondCommandAtTheSameTimeIsKeptOut()
    {
        using var service = Service.Start();
        using var target = LiveTarget.Open(service.Pid);
        using (target.Target.Lock())
        {
            var result = Run("rollback", "--pid", $"{service.Pid}");
            Assert.Equal(5, result.ExitCode);
            Assert.Matches("^hotpatch: HPB4508: .+\n$", result.Errors);
            Assert.Equal(0, Run("status", "--pid", $"{service.Pid}").ExitCode);
        }
        Assert.Equal(0, Run("rollback", "--pid", $"{service.Pid}").ExitCode);
    }

    [Fact]
    public void AProcessThatEndsInTheMiddleIsAnErrorAndNothingElse()
    {
        var service = Service.Start();
        using var target = LiveTarget.Open(service.Pid);
        var delta = NativeDelta.For(Service.Delta(1, 0), target.Target);
        service.Dispose();

        var failure = Assert.Throws<HotpatchException>(() => new NativeEngine(target.Target, Options).Apply(delta)).Failure;

        Assert.Equal(ExitCode.NoTarget, failure.ExitCode);
    }

    private static (int ExitCode, string Output, string Errors) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Path.Combine(AppContext.BaseDirectory, "hotpatch.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
