using System.Diagnostics;

namespace HotpatchBuild.Tests.Live.Packages;

/// <summary>What a program said and how it ended.</summary>
public sealed record CommandResult(int ExitCode, string Output)
{
    /// <summary>The output's lines that hold a text, without the spaces around them, each once.</summary>
    public IReadOnlyList<string> LinesWith(string text) =>
        [.. Output.Split('\n').Where(line => line.Contains(text, StringComparison.Ordinal)).Select(line => line.Trim()).Distinct()];
}

/// <summary>Runs programs as a user's shell would.</summary>
public static class Command
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public static CommandResult Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // What the test host's own SDK set for itself would bend the builds.
        foreach (string name in start.Environment.Keys.Where(IsFromTheTestHost).ToList())
            start.Environment.Remove(name);
        // A build node that stays would keep the package's files loaded.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {Limit}.");
        }
        return new CommandResult(process.ExitCode, output.Result + error.Result);
    }

    private static bool IsFromTheTestHost(string name) =>
        name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase) || name.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase)
        || name is "DOTNET_HOST_PATH" or "DOTNET_CLI_TELEMETRY_SESSIONID";
}
