using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Switching;

/// <summary>Brings deltas into force in this process. Calls come one after another, never side by side.</summary>
internal interface IPatchTransitions
{
    /// <summary>What this process is.</summary>
    TargetFacts Inspect();

    /// <summary>Everything that <see cref="Apply"/> does short of the switch; the code that runs stays as it is.</summary>
    /// <param name="plan">The delta.</param>
    StepReport Check(DeltaPlan plan);

    /// <summary>Brings a delta into force, instead of the one that is: all of it, or nothing.</summary>
    /// <param name="plan">The delta.</param>
    /// <param name="active">What happens with calls that are under way.</param>
    StepReport Apply(DeltaPlan plan, ActiveCodeChoice active);

    /// <summary>Brings the baseline's code back into force.</summary>
    /// <param name="active">What happens with calls that are under way.</param>
    StepReport RollBack(ActiveCodeChoice active);

    /// <summary>What is in force.</summary>
    ForceReport Status();
}
