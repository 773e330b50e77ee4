using System.Diagnostics;
using System.Text.Json;

namespace HotpatchBuild.Tests.Unit.Runtime.Tool;

/// <summary>Runs the built command as a user does.</summary>
internal static class HotpatchTool
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static Result Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Path.Combine(AppContext.BaseDirectory, "hotpatch.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(Limit), "the command does not end");
        return new Result(process.ExitCode, output, errors.Result);
    }

    internal sealed record Result(int ExitCode, string Output, string Errors)
    {
        public JsonElement Json => JsonDocument.Parse(Output).RootElement;

        /// <summary>One line: hotpatch: HPBnnnn: what. what to do.</summary>
        public void AssertError(int exitCode, string id)
        {
            Assert.Equal(exitCode, ExitCode);
            Assert.Matches($"^hotpatch: {id}: .+\\. .+\\.\n$", Errors);
        }
    }
}
