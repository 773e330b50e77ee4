using System;
using System.Collections.Generic;
using System.Linq;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Channel;

/// <summary>What was in force in this process, when, and by whom.</summary>
/// <param name="clock">The time.</param>
internal sealed class ForceRecords(TimeProvider clock)
{
    private const int Kept = 64;

    private readonly List<ForceRecord> _records = [];
    private readonly Dictionary<string, DateTime> _loaded = [];

    /// <summary>Records what an apply led to.</summary>
    public StepReport Applied(StepReport step, DeltaPlan plan, Author author, uint user)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (step.Failure is not null || InForce?.DeltaId == plan.DeltaId)
            return step;
        End(ForceEnd.Superseded, now, author);
        _loaded.TryAdd(plan.DeltaId, now);
        _records.Add(new ForceRecord(plan.DeltaId, plan.Manifest, _loaded[plan.DeltaId], now, author.By, unchecked((int)user), author.Tool, default, "", ForceEnd.None));
        // Manifests are not small, and this is memory of the program's.
        if (_records.Count > Kept)
            _records.RemoveAt(0);
        return step;
    }

    /// <summary>Records what a roll-back led to.</summary>
    public StepReport RolledBack(StepReport step, Author author)
    {
        if (step.Failure is null)
            End(ForceEnd.RolledBack, clock.GetUtcNow().UtcDateTime, author);
        return step;
    }

    /// <summary>Everything that is known.</summary>
    public StatusAnswer Of(ForceReport force) => new(force, [.. _records], _loaded.Count);

    private ForceRecord? InForce => _records.LastOrDefault() is { End: ForceEnd.None } record ? record : null;

    private void End(ForceEnd how, DateTime now, Author author)
    {
        if (InForce is { } record)
            _records[^1] = record with { EndedAt = now, EndedBy = author.By, End = how };
    }
}
