using HotpatchBuild.Formats.Arenas;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Managed;
using HotpatchBuild.Runtime.Managed.Processes;
using HotpatchBuild.Runtime.Native.Engine;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Engines;

/// <summary>A NativeAOT process.</summary>
internal sealed class NativeProcessEngine : IProcessEngine
{
    private readonly LiveTarget _target;
    private readonly NativeEngine _engine;

    private NativeProcessEngine(LiveTarget target, EngineOptions options)
    {
        _target = target;
        _engine = new NativeEngine(target.Target, options);
    }

    /// <inheritdoc/>
    public string Name => _target.Process.Name;

    /// <summary>Opens a process.</summary>
    /// <exception cref="HotpatchException">There is no such process, no permission, or it was not built for hotpatches.</exception>
    public static NativeProcessEngine Open(int pid, EngineOptions options)
    {
        try
        {
            return new NativeProcessEngine(LiveTarget.Open(pid), options);
        }
        catch (HotpatchException e) when (e.Failure.Id == ArenaDiagnostics.Missing.Id && SingleFile.Label(pid) is { } label)
        {
            throw new HotpatchException(ManagedDiagnostics.SingleFile.With(label), e);
        }
    }

    /// <inheritdoc/>
    public ChangeDetails Check(DeltaFile delta) => Conversions.Of(_engine.Check(NativeDelta.For(delta, _target.Target)), check: true);

    /// <inheritdoc/>
    public ChangeDetails Apply(DeltaFile delta) => Conversions.Of(_engine.Apply(NativeDelta.For(delta, _target.Target)));

    /// <inheritdoc/>
    public ChangeDetails Rollback() => Conversions.Of(_engine.Rollback());

    /// <inheritdoc/>
    public ProcessStatusOutput Status(bool history)
    {
        var status = _engine.Status();
        return new ProcessStatusOutput(
            _target.Process.Pid, Name, null, Convert.ToHexStringLower(_target.Target.BuildId.AsSpan()), Conversions.StateOf(status), status.Explanation,
            status.InForce is null ? null : Conversions.Of(status.InForce), [.. status.Functions.Select(Conversions.Of)],
            history ? [.. status.History.Select(Conversions.Of)] : null, status.ImagesLoaded, Conversions.Of(status.Space), Conversions.NameOf(PatchEngine.Native), null, null, null);
    }

    /// <inheritdoc/>
    public IEnumerable<DoctorCheck> Examine()
    {
        var name = $"process {_target.Process.Pid}";
        yield return new DoctorCheck(name, true, $"{Name} can be opened and was built for hotpatches (build {BuildIds.Short(_target.Target.BuildId)})", null);
        _target.Process.EnsureNotTraced();
        var status = _engine.Status();
        yield return status.Agreement == Agreement.Agree
            ? new DoctorCheck(name, true, status.InForce is null ? "the baseline is in force" : $"delta {Phrases.Id(status.InForce.Id)} is in force", null)
            : new DoctorCheck(name, false, status.Explanation ?? "records and memory disagree", "The next apply or rollback repairs what an interrupted command left.");
        yield return Room(name, Conversions.Of(status.Space));
    }

    /// <inheritdoc/>
    public void Dispose() => _target.Dispose();

    private static DoctorCheck Room(string name, ArenaOutput arena)
    {
        const ulong Little = 10; // percent
        var low = arena.Code.Left * 100 < arena.Code.Size * Little || arena.Slots.Left * 100 < arena.Slots.Size * Little || arena.Data.Left * 100 < arena.Data.Size * Little;
        return new DoctorCheck(
            name, !low, $"room left: code {Phrases.Left(arena.Code, bytes: true)}, data {Phrases.Left(arena.Data, bytes: true)}, slots {Phrases.Left(arena.Slots, bytes: false)}",
            low ? "Plan a restart with the full build." : null);
    }
}
