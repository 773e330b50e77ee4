extern alias agent;

using HotpatchBuild.Protocol;
using Agent = agent::HotpatchBuild.Protocol;
using Switching = agent::HotpatchBuild.Agent.Switching;

namespace HotpatchBuild.Tests.Unit.Managed.Tool;

/// <summary>The agent's core without a runtime to change: it remembers what it was asked for.</summary>
internal sealed class FakeTransitions : Switching.IPatchTransitions
{
    private Agent.DeltaPlan? _inForce;
    private DateTime _since;

    public List<string> Calls { get; } = [];

    public List<Agent.LoadedAssembly> Assemblies { get; } = [new Agent.LoadedAssembly("App", FakeDelta.Mvid, "Default", false)];

    public bool Debugger { get; set; }

    public bool Prepared { get; set; } = true;

    public bool DynamicMethods { get; set; }

    /// <summary>What the next step fails with.</summary>
    public Agent.AgentFailure? Failure { get; set; }

    /// <summary>What the next call throws.</summary>
    public Exception? Exception { get; set; }

    public IReadOnlyList<Agent.StaleCode> Stale { get; set; } = [];

    /// <summary>Set while a step is to last.</summary>
    public ManualResetEventSlim Go { get; } = new(initialState: true);

    public ManualResetEventSlim Working { get; } = new();

    public Agent.TargetFacts Inspect() => Called("inspect", new Agent.TargetFacts(".NET 10.0.12", Prepared, DynamicMethods, Debugger, Assemblies));

    public Agent.StepReport Check(Agent.DeltaPlan plan) => Called("check " + plan.DeltaId, Step(_inForce?.DeltaId));

    /// <summary>What the last step was to do with calls that are under way.</summary>
    public Agent.ActiveCodeChoice? Active { get; private set; }

    public Agent.StepReport Apply(Agent.DeltaPlan plan, Agent.ActiveCodeChoice active)
    {
        Active = active;
        Called("apply " + plan.DeltaId, 0);
        Working.Set();
        Go.Wait();
        if (Failure is null)
            (_inForce, _since) = (plan, DateTime.UtcNow);
        return Step(_inForce?.DeltaId);
    }

    public Agent.StepReport RollBack(Agent.ActiveCodeChoice active)
    {
        Active = active;
        Called("rollback", 0);
        if (Failure is null)
            _inForce = null;
        return Step(_inForce?.DeltaId);
    }

    public Agent.ForceReport Status() =>
        Called("status", new Agent.ForceReport(_inForce?.DeltaId, _inForce?.Manifest ?? [], _since, _inForce is null ? 0 : 1, [], Stale));

    private Agent.StepReport Step(string? inForce) => new(Failure, inForce, 1, ["Reports"], Stale, 12.5);

    private T Called<T>(string call, T result)
    {
        Calls.Add(call);
        return Exception is null ? result : throw Exception;
    }
}
