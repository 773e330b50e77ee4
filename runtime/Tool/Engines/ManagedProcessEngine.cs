using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Runtime.Managed;
using HotpatchBuild.Runtime.Managed.Attaching;
using HotpatchBuild.Runtime.Managed.Processes;
using HotpatchBuild.Runtime.Native.Engine;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Engines;

/// <summary>A CoreCLR process.</summary>
/// <param name="process">The process.</param>
/// <param name="options">Who works on it.</param>
internal sealed class ManagedProcessEngine(ManagedProcess process, EngineOptions options) : IProcessEngine
{
    private readonly ManagedEngine _engine = new(process, new ManagedOptions(options.By, options.Tool, options.Patience) { ActiveCode = options.ActiveCode }, AgentFiles.BesideTool);

    /// <inheritdoc/>
    public string Name => process.Name;

    /// <inheritdoc/>
    public ChangeDetails Check(DeltaFile delta) => ManagedConversions.Of(_engine.Check(ManagedDelta.Of(delta)), delta.Manifest, check: true);

    /// <inheritdoc/>
    public ChangeDetails Apply(DeltaFile delta) => ManagedConversions.Of(_engine.Apply(ManagedDelta.Of(delta)), delta.Manifest);

    /// <inheritdoc/>
    public ChangeDetails Rollback() => ManagedConversions.Of(_engine.RollBack(), null);

    /// <inheritdoc/>
    public ProcessStatusOutput Status(bool history) => ManagedConversions.Of(process, _engine.Status(), LoadedBuilds.OfProgram(process), history);

    /// <inheritdoc/>
    public IEnumerable<DoctorCheck> Examine()
    {
        var name = $"process {process.Pid}";
        foreach (var (found, failure) in new Examination(process).Run())
            yield return failure is null ? new DoctorCheck(name, true, found, null) : new DoctorCheck(name, false, failure.What, failure.WhatToDo);
        var status = _engine.Status();
        yield return new DoctorCheck(name, true, status.InForce is null ? "the baseline is in force" : $"delta {Phrases.Id(status.InForce.Id)} is in force", null);
    }

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();
}
