using System.Diagnostics;
using System.Globalization;

namespace HotpatchBuild.Tests.Live.Native;

/// <summary>A running Gauntlet: takes a command a line and answers with a line.</summary>
internal sealed class GauntletProcess : IDisposable
{
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(1);

    private readonly Process _shell;

    private GauntletProcess(Process shell)
    {
        _shell = shell;
        Pid = int.Parse(ReadLine(), CultureInfo.InvariantCulture);
    }

    public int Pid { get; }

    /// <summary>As a grandchild: the framework takes a stop of its own child (by a tracer in this very process) for its end.</summary>
    /// <param name="workers">Threads that go through all checks; with 0, only commands are answered.</param>
    public static GauntletProcess Start(string executable, int workers = 0) => new(Process.Start(
        new ProcessStartInfo("/bin/sh", ["-c", "exec 3<&0; \"$0\" \"$1\" <&3 3<&- & wait $!", executable, workers.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);

    public string Ask(string command)
    {
        _shell.StandardInput.WriteLine(command);
        _shell.StandardInput.Flush();
        return ReadLine();
    }

    /// <summary>All checks once: each must have met the same version.</summary>
    public void AssertVersion(int version)
    {
        string answer = Ask("versions");
        Assert.True(answer.Split(' ').All(check => check.EndsWith($"={version}", StringComparison.Ordinal)), $"Version {version} is in force, and the checks met {answer}. {Ask("problems")}");
    }

    /// <summary>Numbers by name, such as v1, v2, v3 (checks passed in each version), bad, gc0, gc2.</summary>
    public IReadOnlyDictionary<string, long> Statistics() =>
        Ask("statistics").Split(' ').Select(item => item.Split('=')).ToDictionary(item => item[0], item => long.Parse(item[1], CultureInfo.InvariantCulture));

    /// <summary>Ends it; all that it checked was right.</summary>
    public void AssertEndsWell()
    {
        string problems = Ask("problems");
        Assert.True(Close() == 0, $"The program ended with {_shell.ExitCode}: {problems}");
    }

    public void Dispose()
    {
        if (!_shell.HasExited)
            _shell.Kill(entireProcessTree: true);
        _shell.WaitForExit();
        _shell.Dispose();
    }

    /// <summary>Its input ends, and so does it.</summary>
    private int Close()
    {
        _shell.StandardInput.Close();
        Assert.True(_shell.WaitForExit(s_bound), "The program does not end.");
        return _shell.ExitCode;
    }

    private string ReadLine()
    {
        Task<string?> line = _shell.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(s_bound), "The program does not answer.");
        if (line.Result is { } text)
            return text;
        _shell.WaitForExit();
        throw new InvalidOperationException($"The program ended with {_shell.ExitCode} (128 + a signal's number when it crashed).");
    }
}
