using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Engine;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Tool.Engines;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Commands;

/// <summary>Does something to one process after the other; what fails for one does not keep it from the next.</summary>
internal static class EachProcess
{
    /// <summary>Opens each and does it.</summary>
    /// <param name="pids">The processes.</param>
    /// <param name="options">Who does it.</param>
    /// <param name="act">What to do.</param>
    public static List<ChangeOutput> Change(IEnumerable<int> pids, EngineOptions options, Func<IProcessEngine, ChangeDetails> act)
    {
        var outputs = new List<ChangeOutput>();
        foreach (var pid in pids)
        {
            var name = "";
            try
            {
                using var process = ProcessEngines.Open(pid, options);
                name = process.Name;
                outputs.Add(new ChangeOutput(pid, name, null, act(process)));
            }
            catch (HotpatchException e)
            {
                outputs.Add(new ChangeOutput(pid, name.Length > 0 ? name : NameOf(pid), Conversions.Of(e.Failure), null));
            }
        }
        return outputs;
    }

    /// <summary>The name of a process that cannot be opened, as far as it can be seen.</summary>
    public static string NameOf(int pid) => ProcessStatus.Read(pid)?.Name ?? "";

    /// <summary>The first error.</summary>
    public static ErrorOutput? FirstError(IEnumerable<ChangeOutput> outputs) => outputs.FirstOrDefault(output => output.Error is not null)?.Error;
}
