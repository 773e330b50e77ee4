using System.Diagnostics;
using System.Globalization;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.PatchImages;
using HotpatchBuild.Runtime.Native.Engine;
using HotpatchBuild.Tests.Unit.Support;

namespace HotpatchBuild.Tests.Unit.Native.Statics;

/// <summary>A native program that runs, and answers each line that it is sent with a line; its first one is its process id.</summary>
internal sealed class PatchedProcess : IDisposable
{
    private readonly Process _shell;
    private readonly LiveTarget _target;
    private readonly NativeEngine _engine;

    // As a grandchild: the framework takes a stop of its own child (by a tracer in this very process) for its end.
    public PatchedProcess(NativeProgram program)
    {
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec 3<&0; \"$0\" <&3 3<&- & wait $!", program.ExecutablePath]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Pid = int.Parse(ReadLine(), CultureInfo.InvariantCulture);
        _target = LiveTarget.Open(Pid);
        _engine = new NativeEngine(_target.Target, new EngineOptions("tester@host", 0, "test", TimeSpan.FromSeconds(30), TimeProvider.System));
    }

    public int Pid { get; }

    public NativeEngine Engine => _engine;

    public LiveTarget Target => _target;

    /// <summary>Puts an image in force, as a delta of this name.</summary>
    public ChangeReport Apply(NativePatchImage image, string name)
    {
        byte[] file = [.. NativePatchImageWriter.Write(image)];
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file));
        var module = new DeltaModule("App", PatchEngine.Native, Guid.Empty, Convert.ToHexStringLower(image.BaselineBuildId.AsSpan()), "images/App.dll", hash, []);
        var manifest = new DeltaManifest
        {
            FormatVersion = 1,
            Id = name.PadLeft(32, '0'),
            Program = "App",
            Baseline = new DeltaRevision(new string('a', 40), "v1", false),
            Target = new DeltaRevision(new string('b', 40), name, false),
            CreatedAt = DateTimeOffset.UnixEpoch,
            CreatedBy = "test",
            Advisory = new DeltaAdvisory("", []),
            Modules = [module],
        };
        return _engine.Apply(new HotpatchBuild.Runtime.Native.Engine.NativeDelta(manifest, module, NativePatchImageReader.Read(file)));
    }

    public string Ask(string line)
    {
        _shell.StandardInput.WriteLine(line);
        _shell.StandardInput.Flush();
        return ReadLine();
    }

    /// <summary>Ends it, and with an exit code that says that nothing went wrong.</summary>
    public void AssertEndsWell()
    {
        _shell.StandardInput.Close();
        Assert.True(_shell.WaitForExit(TimeSpan.FromMinutes(1)), "the program does not end");
        Assert.Equal(0, _shell.ExitCode);
    }

    public void Dispose()
    {
        _target.Dispose();
        if (!_shell.HasExited)
            _shell.Kill(entireProcessTree: true);
        _shell.WaitForExit();
        _shell.Dispose();
    }

    private string ReadLine()
    {
        Task<string?> line = _shell.StandardOutput.ReadLineAsync();
        return line.Wait(TimeSpan.FromMinutes(1)) ? line.Result ?? throw new InvalidOperationException("the program has ended") : throw new TimeoutException("the program does not answer");
    }
}
