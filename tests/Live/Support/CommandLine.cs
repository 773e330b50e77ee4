using System.Diagnostics;

namespace HotpatchBuild.Tests.Live.Support;

/// <summary>Runs a program to its end.</summary>
internal static class CommandLine
{
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(5);

    /// <summary>Returns what the program wrote to standard output; throws with all of its output when it fails.</summary>
    public static async Task<string> RunAsync(string folder, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // A test host that MSBuild started passes its own settings on; a program under test starts without them.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        using var limit = new CancellationTokenSource(s_bound);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{program} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}:\n{await output}{await errors}");
            return await output;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
