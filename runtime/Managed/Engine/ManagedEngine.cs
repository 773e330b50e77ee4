using System.Collections.Immutable;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Protocol;
using HotpatchBuild.Runtime.Managed.Attaching;
using HotpatchBuild.Runtime.Managed.Processes;

namespace HotpatchBuild.Runtime.Managed;

/// <summary>Brings deltas in force in a CoreCLR process, through an agent inside it. Commands that only read never start one.</summary>
public sealed class ManagedEngine : IDisposable
{
    private static readonly TimeSpan ReadingLimit = TimeSpan.FromSeconds(10);

    /// <summary>What preparing may take on a busy machine, beside looking for a safe moment.</summary>
    private static readonly TimeSpan WorkingLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan HookPatience = TimeSpan.FromSeconds(1), HookPause = TimeSpan.FromMilliseconds(20);

    private readonly ManagedOptions _options;
    private readonly AgentFiles _files;
    private AgentConnection? _agent;

    /// <summary>For a process.</summary>
    /// <param name="process">The process.</param>
    /// <param name="options">Who works on it.</param>
    /// <param name="files">What goes into it.</param>
    public ManagedEngine(ManagedProcess process, ManagedOptions options, AgentFiles files)
    {
        Process = process;
        _options = options;
        _files = files;
    }

    /// <summary>The process.</summary>
    public ManagedProcess Process { get; }

    private ActiveCodeChoice Active => new(
        _options.ActiveCode switch { ActiveCodePolicy.Wait => ActiveCodeRule.Wait, ActiveCodePolicy.Refuse => ActiveCodeRule.Refuse, _ => ActiveCodeRule.Finish },
        (int)_options.Patience.TotalMilliseconds);

    private TimeSpan ChangeLimit => WorkingLimit + 3 * _options.Patience; // calls under way, preconditions, transition code

    /// <summary>Says what <see cref="Apply"/> would do; the code that runs stays as it is.</summary>
    /// <exception cref="HotpatchException">It would be refused.</exception>
    public ManagedChange Check(ManagedDelta delta) => Change(delta, MessageKind.Check);

    /// <summary>Brings a delta in force.</summary>
    /// <exception cref="HotpatchException">It is refused; the code that runs is as it was.</exception>
    public ManagedChange Apply(ManagedDelta delta) => Change(delta, MessageKind.Apply);

    /// <summary>Brings the baseline's code back in force.</summary>
    /// <exception cref="HotpatchException">That is refused; the code that runs is as it was.</exception>
    public ManagedChange RollBack()
    {
        // Without an agent nothing was ever changed.
        if (FindAgent() is not { } agent || AskStatus(agent) is not { Force: var before })
            return new ManagedChange(true, null, null, null, 0, [], [], TimeSpan.Zero, []);
        return before.DeltaId is null
            ? new ManagedChange(true, null, null, null, 0, [], before.Stale, TimeSpan.Zero, [])
            : Done(Step(agent, MessageKind.RollBack, null), before, []);
    }

    /// <summary>Says what is in force.</summary>
    /// <exception cref="HotpatchException">The agent does not answer.</exception>
    public ManagedStatus Status()
    {
        var prepared = Process.IsPrepared(Process.Mapped());
        if (FindAgent() is not { } agent || AskStatus(agent) is not { } status)
            return new ManagedStatus(prepared, null, 0, [], [], [], 0);
        ImmutableArray<ManagedForce> history = [.. status.Records.Select(Of)];
        return new ManagedStatus(
            prepared, status.Force.DeltaId is { } id ? history.LastOrDefault(record => record.Id == id && record.EndedAt is null) ?? Of(status.Force) : null,
            status.Force.Methods, status.Force.NotLoaded, status.Force.Stale, history, status.Loaded);
    }

    /// <inheritdoc/>
    public void Dispose() => _agent?.Dispose();

    private ManagedChange Change(ManagedDelta delta, MessageKind kind)
    {
        var plan = delta.Plan();
        var agent = FindAgent() ?? StartAgent();
        var before = AskStatus(agent)?.Force ?? AttachAndAsk(agent);
        var facts = Inspect(agent);
        CheckTarget(delta, facts);
        ImmutableArray<Failure> notes = facts.Prepared ? [] : [(facts.DynamicMethods ? ManagedDiagnostics.NotPrepared : ManagedDiagnostics.NotPreparedPlain).With(Process.Label)];
        return before.DeltaId == plan.DeltaId
            ? new ManagedChange(true, before.DeltaId, before.DeltaId, null, 0, before.NotLoaded, before.Stale, TimeSpan.Zero, notes)
            : kind == MessageKind.Check ? Checked(Done(Step(agent, kind, plan), before, notes)) : Done(Step(agent, kind, plan), before, notes);
    }

    private static ManagedChange Checked(ManagedChange change) => change with { Active = change.Stale, Stale = [] };

    private AgentConnection? FindAgent() => _agent ??= AgentConnection.Open(Process);

    private AgentConnection StartAgent()
    {
        new AgentStart(Process, _files).Run();
        // The hook returns when the agent listens; a runtime that is still starting only notes it. One that takes no hooks says yes to both.
        var patience = new Deadline(HookPatience);
        while ((_agent = AgentConnection.Open(Process)) is null)
        {
            if (patience.Left == 0)
                throw new HotpatchException(ManagedDiagnostics.HooksDisabled.With(Process.Label));
            Thread.Sleep(HookPause);
        }
        return _agent;
    }

    /// <summary>Refuses what the agent need not be bothered with, in the words that say most.</summary>
    private void CheckTarget(ManagedDelta delta, TargetFacts facts)
    {
        if (facts.Debugger)
            throw new HotpatchException(ManagedDiagnostics.Debugger.With(Process.Label));
        var loaded = facts.Assemblies.ToLookup(static assembly => assembly.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var module in delta.Modules)
        {
            if (loaded[module.Name] is var found && found.Any() && found.All(assembly => assembly.Mvid != module.Mvid))
                throw new HotpatchException(ManagedDiagnostics.WrongBuild.With(Process.Label, module.Name, Builds.Short(module.Mvid), Builds.Short(found.First().Mvid)));
        }
        if (!loaded.Contains(delta.File.Manifest.Program) && !delta.Modules.Any(module => loaded.Contains(module.Name)))
            throw new HotpatchException(ManagedDiagnostics.OtherProgram.With(Process.Label, delta.File.Manifest.Program));
    }

    private TargetFacts Inspect(AgentConnection agent) => Ask(agent, MessageKind.Inspect, default, MessageKind.Facts, MessageLayout.NoFacts, MessageLayout.Facts, ReadingLimit);

    /// <returns>Null where the agent is there and the profiler is not: then nothing was ever changed.</returns>
    private StatusAnswer? AskStatus(AgentConnection agent)
    {
        try
        {
            return agent.Ask(MessageKind.Status, default, MessageKind.Force, MessageLayout.NoStatus, MessageLayout.Status, ReadingLimit);
        }
        catch (AgentRefusalException e) when (e.NotAttached)
        {
            return null;
        }
        catch (AgentRefusalException e)
        {
            throw new HotpatchException(AgentDiagnostics.Of(Process.Label, e.Failure), e);
        }
    }

    private ForceReport AttachAndAsk(AgentConnection agent)
    {
        new AgentStart(Process, _files).Attach();
        return Ask(agent, MessageKind.Status, default, MessageKind.Force, MessageLayout.NoStatus, MessageLayout.Status, ReadingLimit).Force;
    }

    private T Ask<T>(
        AgentConnection agent, MessageKind kind, ReadOnlyMemory<byte> content, MessageKind answer, T blank, MessageMembers<T> members, TimeSpan limit)
    {
        try
        {
            return agent.Ask(kind, content, answer, blank, members, limit);
        }
        catch (AgentRefusalException e)
        {
            throw new HotpatchException(AgentDiagnostics.Of(Process.Label, e.Failure), e);
        }
    }

    private StepReport Step(AgentConnection agent, MessageKind kind, DeltaPlan? plan)
    {
        var request = MessageWriter.Write(new ChangeRequest(new Author(_options.By, _options.Tool), Active, plan), MessageLayout.Request);
        var step = Ask(agent, kind, request, MessageKind.Step, MessageLayout.NoStep, MessageLayout.Step, ChangeLimit);
        return step.Failure is null ? step : throw new HotpatchException(AgentDiagnostics.Of(Process.Label, step.Failure));
    }

    private static ManagedChange Done(StepReport step, ForceReport before, ImmutableArray<Failure> notes) => new(
        false, step.InForce, before.DeltaId, before.DeltaId is null ? null : Manifest(before.Manifest), step.Methods, step.NotLoaded, step.Stale, TimeSpan.FromMicroseconds(step.SwitchMicroseconds), notes);

    private static ManagedForce Of(ForceRecord record) => new(
        record.DeltaId, Manifest(record.Manifest), Utc(record.LoadedAt), Utc(record.Since), record.By, unchecked((uint)record.Uid), record.Tool,
        record.End == ForceEnd.None ? null : Utc(record.EndedAt), record.End == ForceEnd.None ? null : record.EndedBy, record.End == ForceEnd.RolledBack);

    private static ManagedForce Of(ForceReport force) => new(
        force.DeltaId!, Manifest(force.Manifest), Utc(force.Since), Utc(force.Since), "", 0, "", null, null, false);

    private static DateTimeOffset Utc(DateTime time) => new(time.Ticks, TimeSpan.Zero);

    private static DeltaManifest? Manifest(byte[] bytes)
    {
        try
        {
            return DeltaManifestText.Read(bytes, "the agent's manifest");
        }
        catch (HotpatchException)
        {
            // Of a later version; the delta's id says enough.
            return null;
        }
    }
}
