using System.CommandLine;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Tool.Engines;

namespace HotpatchBuild.Tool.Commands;

/// <summary>Which processes a command is for.</summary>
internal sealed class Selector
{
    private readonly Option<int[]> _pids = new("--pid") { Description = "Process id; may be given more than once." };
    private readonly Option<string?> _name = new("--name") { Description = "Every process of this name that was built for hotpatches or runs on CoreCLR." };
    private readonly Option<bool> _all = new("--all") { Description = "Every process that the delta is for; without a delta every one that was built or prepared for hotpatches." };

    /// <summary>Gives a command the selectors.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_pids);
        command.Options.Add(_name);
        command.Options.Add(_all);
    }

    /// <summary>True when the command line has any.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_pids) is { Length: > 0 } || parsed.GetValue(_name) is not null || parsed.GetValue(_all);

    /// <summary>The processes' ids.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="delta">The delta that <c>--all</c> is for; null for a command without one.</param>
    /// <exception cref="HotpatchException">None is named, or there is none.</exception>
    public IReadOnlyList<int> Select(ParseResult parsed, DeltaFile? delta)
    {
        var pids = new List<int>(parsed.GetValue(_pids) ?? []);
        if (!IsGiven(parsed))
            throw new HotpatchException(ToolDiagnostics.NoSelector.With());
        if (parsed.GetValue(_name) is { } name)
            pids.AddRange(Named(name));
        if (parsed.GetValue(_all))
        {
            var all = PatchableProcess.Among(ProcessList.Enumerate()).Where(process => delta is null ? process.IsReady : process.Runs(delta)).Select(process => process.Summary.Pid).ToList();
            if (all.Count == 0)
                throw new HotpatchException(ToolDiagnostics.NothingSelected.With(delta is null ? "that was built for hotpatches" : "of the build that the delta is for"));
            pids.AddRange(all);
        }
        return [.. pids.Distinct()];
    }

    private static IEnumerable<int> Named(string name)
    {
        var processes = ProcessList.Enumerate().ToList();
        var patchable = PatchableProcess.Among(processes).Where(process => process.Name == name).Select(process => process.Summary.Pid).ToList();
        // One that was not built for hotpatches says so itself when it is opened.
        var named = patchable.Count > 0 ? patchable : processes.Where(process => process.Name == name).Select(process => process.Pid).ToList();
        return named.Count > 0 ? named : throw new HotpatchException(ToolDiagnostics.NothingSelected.With($"named '{name}'"));
    }
}
