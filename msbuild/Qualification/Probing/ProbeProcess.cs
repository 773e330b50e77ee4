using System.Diagnostics;

namespace HotpatchBuild.Qualification.Probing;

/// <summary>The running probe: a line in, a line out.</summary>
internal sealed class ProbeProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private ProbeProcess(Process process) => _process = process;

    /// <summary>Its id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts the probe in an environment that tells it nothing: settings of the runtime that the build runs under are not for it.</summary>
    public static ProbeProcess Start(string executable)
    {
        var start = new ProcessStartInfo(executable) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        return new ProbeProcess(Process.Start(start)!);
    }

    /// <summary>What the probe says next, or what became of it.</summary>
    public string Listen()
    {
        Task<string?> line = _process.StandardOutput.ReadLineAsync();
        if (!line.Wait(Limit))
            return $"no answer within {Limit.TotalSeconds} seconds";
        return line.Result ?? (_process.WaitForExit(Limit) ? $"ended with exit code {_process.ExitCode}" : "closed its output");
    }

    /// <summary>What the probe says to the name of a check.</summary>
    public string Ask(string check)
    {
        try
        {
            _process.StandardInput.WriteLine(check);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // Its end of the pipe is closed: what became of it stands at the other one.
        }
        return Listen();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
