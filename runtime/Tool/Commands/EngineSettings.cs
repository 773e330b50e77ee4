using System.CommandLine;
using System.Reflection;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Engine;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Tool.Commands;

/// <summary>Who the command works for, and how patiently.</summary>
internal static class EngineSettings
{
    private const double LongestSeconds = DeltaActiveCode.MaximumTimeout;

    /// <summary>For commands that switch.</summary>
    public static Option<double?> TimeoutOption() => new("--timeout")
    {
        Description = $"Seconds to go on looking for a safe moment; where it is not given what the delta says, or {DeltaActiveCode.DefaultTimeout}.",
    };

    /// <summary>For commands that switch.</summary>
    public static Option<string?> ActiveOption()
    {
        var option = new Option<string?>("--active")
        {
            Description = "What happens with calls under way in what is switched: finish (with the old code), wait (until there are none) or refuse; else what the delta says.",
        };
        option.AcceptOnlyFromAmong([.. DeltaActiveCode.Names]);
        return option;
    }

    /// <summary>For a command that switches.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="timeout">How long to look for a safe moment.</param>
    /// <param name="active">What happens with calls that are under way.</param>
    /// <param name="delta">What holds where the command line says nothing.</param>
    /// <exception cref="HotpatchException">The timeout makes no sense.</exception>
    public static EngineOptions Of(ParseResult parsed, Option<double?> timeout, Option<string?> active, DeltaActiveCode delta)
    {
        var seconds = parsed.GetValue(timeout) ?? delta.TimeoutSeconds;
        if (!(seconds is >= 0 and <= LongestSeconds))
            throw new HotpatchException(ToolDiagnostics.Timeout.With(seconds));
        var policy = parsed.GetValue(active) is { } name && DeltaActiveCode.TryParse(name, out var chosen) ? chosen : delta.Policy;
        return Of(TimeSpan.FromSeconds(seconds)) with { ActiveCode = policy };
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
