using System.Diagnostics;

namespace HotpatchBuild.Tests.Live.Packages;

/// <summary>A program that answers each line with a line, until it is disposed of.</summary>
public sealed class RunningProgram(string path) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly Process _process = Process.Start(new ProcessStartInfo(path) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    public string? Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLineAsync().WaitAsync(Limit).GetAwaiter().GetResult();
    }

    /// <summary>Runs the <c>hotpatch</c> tool on the process.</summary>
    public CommandResult Hotpatch(string verb, params string[] arguments) =>
        Command.Run(Path.GetDirectoryName(path)!, "dotnet", [Path.Combine(AppContext.BaseDirectory, "hotpatch.dll"), verb, .. arguments, "--pid", $"{_process.Id}"]);

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
