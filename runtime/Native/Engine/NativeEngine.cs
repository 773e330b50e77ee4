using System.Collections.Immutable;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Arenas;
using HotpatchBuild.Runtime.Native.Switching;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>Puts deltas in force in one NativeAOT process, takes them back, and says what is in force.</summary>
public sealed class NativeEngine
{
    private readonly NativeTarget _target;
    private readonly EngineOptions _options;
    private readonly StateBlock _block;
    private readonly SwitchJournal _journal;

    /// <summary>For one process.</summary>
    /// <param name="target">The process.</param>
    /// <param name="options">Who works on it.</param>
    /// <exception cref="HotpatchException">Its arena is too small for anything.</exception>
    public NativeEngine(NativeTarget target, EngineOptions options)
    {
        _target = target;
        _options = options;
        _block = new StateBlock(target.Memory, target.Regions);
        _journal = new SwitchJournal(target, _block, options);
    }

    /// <summary>Puts a delta in force, in place of what is.</summary>
    /// <param name="delta">The delta.</param>
    /// <exception cref="HotpatchException">It is refused, or no safe moment was found; what was in force still is.</exception>
    public ChangeReport Apply(NativeDelta delta)
    {
        Identify(delta);
        using var alone = _target.Lock();
        var (state, repaired) = _journal.Mend(_block.Read());
        PatchPoints.Check(delta.Image, state.Functions.ToDictionary(function => function.Baseline), _target);
        var loading = Loading.Prepare(delta, state, _target, Now);
        var stores = SwitchPlanning.Plan(loading.State.Functions, loading.State.BodiesOf(loading.Delta), loading.KnownFunctions, _target);
        if (stores.IsEmpty && state.InForce == loading.Delta)
            return Report(state, state, [], loading.Image, loading, null, repaired);
        var planned = _block.Fit(loading.State with { Pending = new PendingSwitch(loading.Delta, Act, loading.Slots, stores) });
        Write(loading);
        var after = _journal.Run(planned, out var report);
        return Report(state, after, stores, loading.Image, loading, report, repaired);
    }

    /// <summary>Does everything that <see cref="Apply"/> does, on a copy of what it would change.</summary>
    /// <param name="delta">The delta.</param>
    /// <returns>What <see cref="Apply"/> would report, without a stop, and the calls under way at this moment in what it would take out of force.</returns>
    /// <exception cref="HotpatchException">It would be refused.</exception>
    public ChangeReport Check(NativeDelta delta)
    {
        var overlay = new OverlayMemory(_target.Memory);
        var target = _target with { Memory = overlay, Switcher = overlay, Lock = OverlayMemory.NoLock };
        // With a policy that needs it, the plan says which code is taken out of force.
        var report = new NativeEngine(target, _options with { ActiveCode = ActiveCodePolicy.Wait }).Apply(delta) with { Switch = null };
        return overlay.Plan is { } plan ? report with { Active = _target.Switcher.Survey(plan.Resting, _options.Patience) } : report;
    }

    /// <summary>Puts the baseline back in force.</summary>
    /// <exception cref="HotpatchException">It is refused; what was in force still is.</exception>
    public ChangeReport Rollback()
    {
        using var alone = _target.Lock();
        var (state, repaired) = _journal.Mend(_block.Read());
        var stores = SwitchPlanning.Plan(state.Functions, [], state.Functions.Length, _target);
        if (stores.IsEmpty && state.InForce < 0)
            return Report(state, state, [], -1, null, null, repaired);
        var planned = _block.Fit(state with { Pending = new PendingSwitch(-1, Act, [], stores) });
        var after = _journal.Run(planned, out var report);
        return Report(state, after, stores, -1, null, report, repaired);
    }

    /// <summary>Says what is in force. Changes nothing.</summary>
    /// <exception cref="HotpatchException">The process's state is damaged or out of reach.</exception>
    public TargetStatus Status() => StatusReading.Read(_block.Read(), _target, _journal);

    private long Now => _options.Clock.GetUtcNow().UtcTicks;

    private Act Act => new(Now, _options.By, _options.Uid, _options.Tool);

    private void Identify(NativeDelta delta)
    {
        if (!delta.Image.BaselineBuildId.AsSpan().SequenceEqual(_target.BuildId.AsSpan()))
            throw EngineDiagnostics.WrongBuild.With(
                _target.Name, BuildIds.Short(delta.Image.BaselineBuildId), delta.Manifest.Program, BuildIds.Short(_target.BuildId)).AsException();
    }

    /// <summary>Nobody can reach what is written here before the switch, and a tool that is killed here leaves nothing that counts.</summary>
    private void Write(Loading loading)
    {
        foreach (var section in loading.Sections)
            _target.Memory.Write(section.Address, section.Bytes);
        // References to the image's own objects. They lie outside the garbage collector's heap: it follows none of them, and needs not be told.
        foreach (var word in loading.Words)
            _target.Memory.Store(word.Address, word.New);
    }

    private ChangeReport Report(
        TargetState before, TargetState after, ImmutableArray<PendingStore> stores, int image, Loading? loading, SwitchReport? report, Repair repaired) => new(
        AlreadyThere: before.InForce == after.InForce && stores.IsEmpty,
        Delta: IdOf(after),
        Before: IdOf(before),
        ImageReused: loading is { Reused: true },
        Functions: FunctionChanges.Of(after, stores, image),
        Added: image < 0 ? 0 : after.Images[image].Added,
        CodeBytes: after.Used.Code - before.Used.Code,
        DataBytes: after.Used.Data - before.Used.Data,
        Switch: report,
        Repaired: repaired,
        Space: StatusReading.Space(after, _target.Regions));

    private static string? IdOf(TargetState state) => state.InForce < 0 ? null : state.Deltas[state.InForce].Id;
}
