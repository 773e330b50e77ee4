using System.Diagnostics;
using System.Globalization;

namespace HotpatchBuild.Tests.Live.Managed.BadInput;

/// <summary>A running Clock: takes a line and answers with one.</summary>
internal sealed class ClockProcess : IDisposable
{
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private ClockProcess(Process process)
    {
        _process = process;
        Pid = int.Parse(ReadLine(), CultureInfo.InvariantCulture);
    }

    public int Pid { get; }

    public bool HasExited => _process.HasExited;

    /// <param name="program">The program's assembly, or an executable of its own.</param>
    /// <param name="environment">Variables by name.</param>
    public static ClockProcess Start(string program, params (string Name, string Value)[] environment)
    {
        // As a grandchild: the framework takes a stop of its own child for its end.
        string command = program.EndsWith(".dll", StringComparison.Ordinal) ? "exec 3<&0; \"$0\" \"$1\" <&3 3<&- & wait $!" : "exec 3<&0; \"$1\" <&3 3<&- & wait $!";
        var start = new ProcessStartInfo("/bin/sh", ["-c", command, Environment.ProcessPath!, program]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return new ClockProcess(Process.Start(start)!);
    }

    /// <summary>Without waiting for its first word.</summary>
    public static Process StartOnly(string program, (string Name, string Value) variable)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [program]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment[variable.Name] = variable.Value;
        return Process.Start(start)!;
    }

    public string Say() => Ask("");

    /// <summary><c>hold</c> keeps a thread inside the method that is patched, until <c>release</c>.</summary>
    public string Ask(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        return ReadLine();
    }

    public void AssertSays(string words) => Assert.Equal($"{words} 7", Say());

    public void Kill()
    {
        using Process clock = Process.GetProcessById(Pid);
        clock.Kill();
    }

    /// <summary>Ends it as programs end; what the agent leaves behind is looked at afterwards.</summary>
    public void End()
    {
        _process.StandardInput.Close();
        Assert.True(_process.WaitForExit(s_bound), "the program does not end");
        Assert.Equal(0, _process.ExitCode);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private string ReadLine()
    {
        Task<string?> line = _process.StandardOutput.ReadLineAsync();
        return line.Wait(s_bound) ? line.Result ?? throw new IOException("the program has ended") : throw new TimeoutException("the program does not answer");
    }
}
