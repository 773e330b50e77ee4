using System.Diagnostics;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Qualification.Probing;

/// <summary>Runs ILC and the linker.</summary>
internal static class ProbeCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="HotpatchException">It cannot be started, fails or does not end.</exception>
    public static async Task RunAsync(string folder, string program, IEnumerable<string> arguments, string ilcVersion)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        string name = Path.GetFileName(program);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new HotpatchException(QualificationDiagnostics.NotBuilt.With(ilcVersion, $"{name} cannot be started ({e.Message})"), e);
        }
        using (process)
        using (var limit = new CancellationTokenSource(Limit))
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            try
            {
                await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e)
            {
                process.Kill(entireProcessTree: true);
                throw new HotpatchException(QualificationDiagnostics.NotBuilt.With(ilcVersion, $"{name} did not end within {Limit.TotalMinutes} minutes"), e);
            }
            if (process.ExitCode != 0)
                throw new HotpatchException(QualificationDiagnostics.NotBuilt.With(ilcVersion, $"{name} ended with exit code {process.ExitCode}{FirstLine(await errors.ConfigureAwait(false) + await output.ConfigureAwait(false))}"));
        }
    }

    private static string FirstLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() is { } line ? $" ({line.TrimEnd('.')})" : "";
}
