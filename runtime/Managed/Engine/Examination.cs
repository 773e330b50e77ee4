using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Managed.Attaching;
using HotpatchBuild.Runtime.Managed.Diagnostics;
using HotpatchBuild.Runtime.Managed.Processes;

namespace HotpatchBuild.Runtime.Managed;

/// <summary>Looks for what would stand in the way of a delta, and brings nothing into the process.</summary>
/// <param name="process">The process.</param>
public sealed class Examination(ManagedProcess process)
{
    /// <summary>What was found, one after the other; a failure where it stands in the way.</summary>
    public IEnumerable<(string Found, Failure? Failure)> Run()
    {
        var mapped = process.Mapped();
        yield return ($"{process.Name} runs on CoreCLR{(mapped.RuntimeVersion is { } version ? $" {version}" : "")} and was {(process.IsPrepared(mapped) ? "" : "not ")}prepared for hotpatches", null);
        yield return Try(() =>
        {
            process.EnsureNotTraced();
            var info = Failures.Guard(process, "say what its runtime is", new RuntimeCommands(new DiagnosticsPort(process).Connect).Info);
            AgentStart.CheckRuntime(process, info);
            return $"its runtime answers: {info.Version} on {info.Architecture}";
        });
        if (mapped.Profiler is null)
            yield return Try(() => process.Variable("CORECLR_ENABLE_PROFILING") == "1"
                ? throw new HotpatchException(ManagedDiagnostics.OtherProfiler.With(process.Label, new OtherProfilers(process).Name()))
                : "no other profiler was asked for at its start");
    }

    private static (string, Failure?) Try(Func<string> look)
    {
        try
        {
            return (look(), null);
        }
        catch (HotpatchException e)
        {
            return ("", e.Failure);
        }
    }
}
