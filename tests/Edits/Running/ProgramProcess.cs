using System.Diagnostics;
using System.Text;

namespace HotpatchBuild.Tests.Edits.Running;

/// <summary>A running program of the catalogue: takes a command a line and answers with what it prints and a mark.</summary>
internal sealed class ProgramProcess : IDisposable
{
    // As in the driver.
    private const string Mark = "\u0003";
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly string? _listing;

    private ProgramProcess(ProcessStartInfo start, string? listing)
    {
        _listing = listing;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
                _errors.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
    }

    public int Pid => _process.Id;

    /// <summary>What the just-in-time compiler has compiled up to the last warm-up, one line for each time.</summary>
    public IEnumerable<string> CompiledMethods => File.ReadLines(_listing ?? throw new InvalidOperationException("Native programs compile nothing."));

    /// <summary>Starts an assembly. Calls are counted from the start, so that it is optimised after a few of them; otherwise as any service runs.</summary>
    public static ProgramProcess StartManaged(string assembly)
    {
        string listing = Path.Combine(Path.GetTempPath(), $"hotpatch-edits-{Guid.NewGuid():N}.jit");
        var start = new ProcessStartInfo(Environment.ProcessPath!, [assembly, listing]);
        // What the test host was started with is no service's setting.
        foreach (string name in start.Environment.Keys.Where(n => n.StartsWith("DOTNET_", StringComparison.Ordinal) || n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        start.Environment["DOTNET_TC_CallCountingDelayMs"] = "0";
        // clrconfignames.h and jitconfigvalues.h of the runtime: one line for each method compiled, with its tier.
        start.Environment["DOTNET_JitStdOutFile"] = listing;
        start.Environment["DOTNET_JitDisasmSummary"] = "1";
        return new ProgramProcess(start, listing);
    }

    /// <summary>Starts an executable.</summary>
    public static ProgramProcess StartNative(string executable) => new(new ProcessStartInfo(executable), null);

    /// <summary>Has the program do something, and gives what it prints.</summary>
    public string Ask(string command)
    {
        try
        {
            _process.StandardInput.WriteLine(command);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            throw Ended();
        }
        var text = new StringBuilder();
        while (true)
        {
            Task<string?> line = _process.StandardOutput.ReadLineAsync();
            if (!line.Wait(s_bound))
                throw new TimeoutException($"The program does not answer '{command}'.");
            if (line.Result is not { } said)
                throw Ended();
            if (said == Mark)
                return text.ToString();
            text.Append(said).Append('\n');
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        if (_listing is not null)
            File.Delete(_listing);
    }

    private InvalidOperationException Ended()
    {
        _process.WaitForExit();
        lock (_errors)
            return new InvalidOperationException($"The program ended with {_process.ExitCode} (128 + a signal's number when it crashed). {_errors}");
    }
}
