using System.CommandLine;
using System.Globalization;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Tool.Commands;

/// <summary>A process that was built for hotpatches.</summary>
/// <param name="Summary">The process.</param>
/// <param name="BuildId">GNU build-id in lower-case hex.</param>
internal sealed record PreparedProcess(ProcessSummary Summary, string BuildId);

/// <summary>Which processes a command is for.</summary>
internal sealed class Selector
{
    private readonly Option<int[]> _pids = new("--pid") { Description = "Process id; may be given more than once." };
    private readonly Option<string?> _name = new("--name") { Description = "Every process of this name that was built for hotpatches." };
    private readonly Option<bool> _all = new("--all") { Description = "Every process that the delta is for; without a delta every one that was built for hotpatches." };

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
    /// <param name="buildIds">Builds that <c>--all</c> is for; null for every one.</param>
    /// <exception cref="HotpatchException">None is named, or there is none.</exception>
    public IReadOnlyList<int> Select(ParseResult parsed, IReadOnlyCollection<string>? buildIds)
    {
        var pids = new List<int>(parsed.GetValue(_pids) ?? []);
        if (!IsGiven(parsed))
            throw new HotpatchException(ToolDiagnostics.NoSelector.With());
        if (parsed.GetValue(_name) is { } name)
        {
            var named = ProcessList.Enumerate().Where(process => process.Name == name).ToList();
            var prepared = Prepared(named).Select(process => process.Summary.Pid).ToList();
            if (named.Count == 0)
                throw new HotpatchException(ToolDiagnostics.NothingSelected.With($"named '{name}'"));
            // One that was not built for hotpatches says so itself when it is opened.
            pids.AddRange(prepared.Count > 0 ? prepared : named.Select(process => process.Pid));
        }
        if (parsed.GetValue(_all))
        {
            var all = Prepared(ProcessList.Enumerate()).Where(process => buildIds is null || buildIds.Contains(process.BuildId)).Select(process => process.Summary.Pid).ToList();
            if (all.Count == 0)
                throw new HotpatchException(ToolDiagnostics.NothingSelected.With(buildIds is null ? "that was built for hotpatches" : "of the build that the delta is for"));
            pids.AddRange(all);
        }
        return [.. pids.Distinct()];
    }

    /// <summary>Those that were built for hotpatches and can be seen.</summary>
    public static IEnumerable<PreparedProcess> Prepared(IEnumerable<ProcessSummary> processes)
    {
        // Many processes share few executables.
        var known = new Dictionary<string, string?>();
        foreach (var process in processes)
        {
            if (process.Executable.Length == 0)
                continue;
            // A deleted or replaced file is another one under the same path.
            var reusable = !process.Executable.EndsWith(" (deleted)", StringComparison.Ordinal);
            if (!reusable || !known.TryGetValue(process.Executable, out var buildId))
            {
                buildId = BuildIdIfPrepared(process);
                if (reusable)
                    known[process.Executable] = buildId;
            }
            if (buildId is not null)
                yield return new PreparedProcess(process, buildId);
        }
    }

    private static string? BuildIdIfPrepared(ProcessSummary process)
    {
        try
        {
            using var file = new FileStream(
                string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Pid}/exe"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var headers = ExecutableHeaders.Read(file, process.Executable);
            return headers.SegmentNotes.Any(note => note is { Owner: ArenaNote.Owner, Type: ArenaNote.Type })
                ? Convert.ToHexStringLower(headers.BuildId.Span)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HotpatchException)
        {
            // Gone, not ours, or no ELF file: not one that can be patched.
            return null;
        }
    }
}
