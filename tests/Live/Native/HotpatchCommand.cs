using System.Diagnostics;

namespace HotpatchBuild.Tests.Live.Native;

/// <summary>What the command said and how it ended.</summary>
internal sealed record CommandOutcome(int ExitCode, string Output, string Errors)
{
    /// <summary>One line that names the problem by its number, and the exit code that goes with it.</summary>
    public void AssertRefused(string code, int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"Exit code {ExitCode}, expected {exitCode}: {Output}{Errors}");
        Assert.Matches($"^hotpatch: {code}: [^\n]+\n$", Errors);
    }

    public CommandOutcome AssertDone()
    {
        Assert.True(ExitCode == 0, $"Exit code {ExitCode}: {Output}{Errors}");
        return this;
    }
}

/// <summary>The command `hotpatch`, as built for these tests.</summary>
internal static class HotpatchCommand
{
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(2);

    public static CommandOutcome Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_bound))
        {
            process.Kill();
            throw new TimeoutException($"hotpatch {string.Join(' ', arguments)} did not end within {s_bound}.");
        }
        return new CommandOutcome(process.ExitCode, output.Result, errors.Result);
    }

    public static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Path.Combine(AppContext.BaseDirectory, "hotpatch.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
