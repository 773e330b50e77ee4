using System.Collections.Immutable;
using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.Elf;
using HotpatchBuild.Runtime.Native.Arenas;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Runtime.Native.Switching;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>A running process, opened for the engine.</summary>
public sealed class LiveTarget : ISwitcher, IDisposable
{
    private LiveTarget(TargetProcess process, ElfFile program)
    {
        Process = process;
        var name = $"process {process.Pid} ({process.Name})";
        Target = new NativeTarget
        {
            Name = name,
            BuildId = [.. program.BuildId.Span],
            LoadBias = process.LoadBias,
            Module = ModuleOf(program, process.LoadBias),
            Arena = ArenaLocation.Find(program, name),
            Memory = process,
            Switcher = this,
            Lock = () => TargetLock.Take(process, name),
        };
    }

    /// <summary>The process.</summary>
    public TargetProcess Process { get; }

    /// <summary>The same for <see cref="NativeEngine"/>.</summary>
    public NativeTarget Target { get; }

    /// <summary>Opens a process.</summary>
    /// <param name="pid">Its id.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">There is no such process, there is no permission, or it was not built for hotpatches.</exception>
    public static LiveTarget Open(int pid)
    {
        var process = TargetProcess.Open(pid);
        try
        {
            using var file = process.OpenExecutable();
            return new LiveTarget(process, ExecutableHeaders.Read(file, process.ExecutablePath));
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SwitchReport Execute(SwitchPlan plan) => Switch.Execute(Process, plan);

    /// <inheritdoc/>
    public ImmutableArray<ActiveCall> Survey(ImmutableArray<GuardedRange> ranges, TimeSpan patience) => Switch.Survey(Process, ranges, patience);

    /// <inheritdoc/>
    public void Dispose() => Process.Dispose();

    private static MemoryRegion ModuleOf(ElfFile program, ulong bias)
    {
        var (start, end) = (ulong.MaxValue, 0ul);
        foreach (var segment in program.Segments)
        {
            if (segment.Type != ElfSegmentType.Load)
                continue;
            start = Math.Min(start, segment.Address);
            end = Math.Max(end, unchecked(segment.Address + segment.MemorySize));
        }
        return start < end ? new MemoryRegion(unchecked(bias + start), end - start) : default;
    }
}
