using System.Globalization;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Runtime.Managed.Processes;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Engines;

/// <summary>A process that one of the engines could patch, as far as can be seen without opening it.</summary>
/// <param name="Summary">The process.</param>
/// <param name="Name">What people call it.</param>
/// <param name="BuildId">GNU build-id of a native one in lower-case hex; null for a CoreCLR process.</param>
internal sealed record PatchableProcess(ProcessSummary Summary, string Name, string? BuildId)
{
    /// <summary>native or managed.</summary>
    public string Engine => Conversions.NameOf(BuildId is null ? PatchEngine.Managed : PatchEngine.Native);

    /// <summary>True when it was built or prepared for hotpatches, or has met one.</summary>
    public bool IsReady => BuildId is not null || Look(process => process.IsReady, otherwise: false);

    /// <summary>True when it runs the build that a delta is for.</summary>
    public bool Runs(DeltaFile delta) => BuildId is not null
        ? delta.Manifest.Modules.Any(module => module.BuildId == BuildId)
        : Look(process => delta.Manifest.Modules.Any(module => module.Engine == PatchEngine.Managed && LoadedBuilds.Of(process, module.Name) == module.Mvid), otherwise: false);

    /// <summary>Those among processes.</summary>
    public static IEnumerable<PatchableProcess> Among(IEnumerable<ProcessSummary> processes)
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
                yield return new PatchableProcess(process, process.Name, buildId);
            else if (Recognition.RunsOnCoreClr(process.Pid))
                yield return new PatchableProcess(process, ProgramName.Of(process.Pid, process.Name), null);
        }
    }

    private T Look<T>(Func<ManagedProcess, T> look, T otherwise)
    {
        try
        {
            return look(ManagedProcess.Open(Summary.Pid));
        }
        catch (HotpatchException)
        {
            // Gone, or not ours: not one that was asked for.
            return otherwise;
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
