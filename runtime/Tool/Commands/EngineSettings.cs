using System.CommandLine;
using System.Reflection;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Engine;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Tool.Commands;

/// <summary>Who the command works for, and how patiently.</summary>
internal static class EngineSettings
{
    private const double DefaultSeconds = 10;
    private const double LongestSeconds = 3600;

    /// <summary>For commands that switch.</summary>
    public static Option<double> TimeoutOption() => new("--timeout")
    {
        Description = "Seconds to go on looking for a safe moment.",
        DefaultValueFactory = static _ => DefaultSeconds,
    };

    /// <summary>For a command that switches.</summary>
    /// <exception cref="HotpatchException">The timeout makes no sense.</exception>
    public static EngineOptions Of(ParseResult parsed, Option<double> timeout)
    {
        var seconds = parsed.GetValue(timeout);
        if (!(seconds is >= 0 and <= LongestSeconds))
            throw new HotpatchException(ToolDiagnostics.Timeout.With(seconds));
        return Of(TimeSpan.FromSeconds(seconds));
    }

    /// <summary>For a command that only reads.</summary>
    public static EngineOptions Reading { get; } = Of(TimeSpan.Zero);

    private static EngineOptions Of(TimeSpan patience) => new(
        By, ProcessStatus.Read(Environment.ProcessId)?.UserId ?? uint.MaxValue, Tool, patience, TimeProvider.System);

    /// <summary>Behind sudo stands a person.</summary>
    private static string By => Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } person
        ? $"{Environment.UserName}@{Environment.MachineName} (sudo by {person})"
        : $"{Environment.UserName}@{Environment.MachineName}";

    private static string Tool => $"hotpatch {typeof(EngineSettings).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}";
}
