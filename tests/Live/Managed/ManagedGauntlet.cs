using System.Diagnostics;
using System.Globalization;

namespace HotpatchBuild.Tests.Live.Managed;

/// <summary>A running Gauntlet, optimised by the just-in-time compiler: takes a command a line and answers with a line.</summary>
internal sealed class ManagedGauntlet : IDisposable
{
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private ManagedGauntlet(Process process)
    {
        _process = process;
        Pid = int.Parse(ReadLine().Split(' ')[0], CultureInfo.InvariantCulture);
    }

    public int Pid { get; }

    /// <summary>Starts the program and waits until it is warm.</summary>
    /// <param name="output">The output folder of its build.</param>
    /// <param name="prepared">False when it is to run as if the package had not prepared it.</param>
    public static ManagedGauntlet Start(string output, bool prepared = true)
    {
        var start = new ProcessStartInfo(Path.Combine(output, "Gauntlet")) { WorkingDirectory = output, RedirectStandardInput = true, RedirectStandardOutput = true };
        if (!prepared)
            start.Environment["HOTPATCH_PREPARE"] = "0";
        return new ManagedGauntlet(Process.Start(start)!);
    }

    public string Ask(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        return ReadLine();
    }

    /// <summary>What differs from a version, one case each: its name and what was wrong.</summary>
    public IReadOnlyDictionary<string, string> Differences(int version) =>
        Ask($"differences {version}").Split(" ;; ", StringSplitOptions.RemoveEmptyEntries).ToDictionary(line => line.Split(": ")[0]);

    /// <summary>All cases answer as that version does, now and when the code has been compiled anew.</summary>
    public void AssertVersion(int version)
    {
        AssertVersionNow(version);
        Ask("warm");
        AssertVersionNow(version);
    }

    /// <summary>Ends it, as a program ends that nothing harmed.</summary>
    public void AssertEndsWell()
    {
        _process.StandardInput.Close();
        Assert.True(_process.WaitForExit(s_bound), "The program does not end.");
        Assert.Equal(0, _process.ExitCode);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void AssertVersionNow(int version)
    {
        IReadOnlyDictionary<string, string> differences = Differences(version);
        Assert.True(differences.Count == 0, $"Version {version} is in force, and {differences.Count} cases are not its: {string.Join('\n', differences.Values)}");
    }

    private string ReadLine()
    {
        Task<string?> line = _process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(s_bound), "The program does not answer.");
        if (line.Result is { } text)
            return text;
        _process.WaitForExit();
        throw new InvalidOperationException($"The program ended with {_process.ExitCode} (128 + a signal's number when it crashed).");
    }
}
