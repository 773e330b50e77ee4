using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Engine;
using HotpatchBuild.Runtime.Native.Switching;

namespace HotpatchBuild.Tool.Output;

/// <summary>From what the engine reports to what the command prints.</summary>
internal static class Conversions
{
    private const string Error = "error", Warning = "warning";

    public static ErrorOutput Of(Failure failure) => new(
        failure.Id, failure.What, failure.WhatToDo, (int)failure.ExitCode, failure.Descriptor?.Title, failure.Descriptor?.Why, Error, failure.Where?.File, failure.Where?.Line ?? 0);

    public static RemarkOutput RefusalOf(Failure failure) => RemarkOf(failure, Error);

    public static RemarkOutput WarningOf(Failure failure) => RemarkOf(failure, Warning);

    public static NoteOutput NoteOf(Failure note) => new(note.Id, note.What, note.WhatToDo, note.Descriptor?.Title, note.Descriptor?.Why, Warning);

    public static ErrorOutput ErrorOf(RemarkOutput remark) =>
        new(remark.Id, PlaceOf(remark) + remark.What, remark.WhatToDo, remark.ExitCode, remark.Title, remark.Why, remark.Severity, remark.File, remark.Line);

    /// <summary>Where a remark points, as compilers write it in front of a message; empty where that is not known.</summary>
    public static string PlaceOf(RemarkOutput remark) => remark.File is null ? "" : $"{remark.File}({remark.Line}): ";

    public static DeltaOutput Of(DeltaManifest manifest, SignatureReport? signature) => new(
        manifest.Id, manifest.Program, Of(manifest.Baseline), Of(manifest.Target), manifest.CreatedAt, manifest.CreatedBy,
        new AdvisoryOutput(manifest.Advisory.Text, manifest.Advisory.Identifiers), signature is null ? null : Of(signature),
        new ActiveCodeOutput(DeltaActiveCode.NameOf(manifest.ActiveCode.Policy), manifest.ActiveCode.TimeoutSeconds));

    public static ModuleOutput Of(DeltaModule module) => new(
        module.Name, NameOf(module.Engine), module.Mvid, module.BuildId, module.ImageSha256, module.Functions.Length, module.Functions.Count(function => function.Added));

    public static string NameOf(PatchEngine engine) => engine == PatchEngine.Native ? "native" : "managed";

    /// <param name="report">What was done.</param>
    /// <param name="check">Nothing was.</param>
    public static ChangeDetails Of(ChangeReport report, bool check = false) => new(
        report.AlreadyThere, report.Before, report.Delta, report.ImageReused, NameOf(report.Repaired),
        [.. report.Functions.Select(function => new FunctionChangeOutput(function.Symbol, function.DisplayName, NameOf(function.Change)))],
        report.Added, report.CodeBytes, report.DataBytes, report.Switch is null ? null : Of(report.Switch), Of(report.Space), NameOf(PatchEngine.Native), null,
        check ? [.. report.Active.Select(call => new ActiveOutput(call.Function, "stack", call.ThreadId, call.ThreadName))] : null);

    public static string NameOf(FunctionChange change) => change switch
    {
        FunctionChange.Patched => "patched",
        FunctionChange.Superseded => "superseded",
        FunctionChange.Reverted => "reverted",
        _ => "unchanged",
    };

    public static ArenaOutput Of(ArenaSpace space) => new(Of(space.Code), Of(space.Data), Of(space.Entries), Of(space.Slots), Of(space.Blocks));

    public static InForceOutput Of(DeltaInForce delta) => new(
        delta.Id, delta.Program, delta.Baseline, delta.BaselineCommit, delta.Target, delta.TargetCommit, delta.LoadedAt, delta.Since, delta.By, delta.Uid, delta.Tool,
        delta.EndedAt, delta.EndedBy, delta.Reason switch
        {
            Runtime.Native.Arenas.EndReason.RolledBack => "rolled-back",
            Runtime.Native.Arenas.EndReason.Superseded => "superseded",
            _ => null,
        });

    public static FunctionStatusOutput Of(FunctionStatus function) => new(
        function.Symbol, function.DisplayName, $"0x{function.Baseline:x}", $"0x{function.Body:x}", function.Patched, function.AsRecorded);

    public static string StateOf(TargetStatus status) => status.Agreement switch
    {
        Agreement.Interrupted => "interrupted",
        Agreement.Disagree => "disagree",
        _ => status.InForce is null ? "baseline" : "in-force",
    };

    private static RemarkOutput RemarkOf(Failure failure, string severity) => new(
        failure.Id, failure.What, failure.WhatToDo, (int)failure.ExitCode, failure.Where?.File, failure.Where?.Line ?? 0, failure.Where?.Column ?? 0,
        failure.Descriptor?.Title, failure.Descriptor?.Why, severity);

    private static RevisionOutput Of(DeltaRevision revision) => new(revision.Commit, revision.Describe, revision.Modified);

    private static SignatureOutput Of(SignatureReport report) => new(
        report.State switch { SignatureState.Trusted => "trusted", SignatureState.Signed => "signed", _ => "unsigned" },
        report.Signer, report.Thumbprint, report.NotAfter);

    private static StopOutput Of(SwitchReport report) => new(
        report.Stopped.TotalMicroseconds, report.LongestStop.TotalMicroseconds, report.Threads, report.Attempts, report.SteppedOut, report.SignalsPassedOn, report.CallsUnderWay);

    private static SpaceOutput Of(SpaceUse space) => new(space.Used, space.Size, space.Left);

    private static string NameOf(Repair repair) => repair switch { Repair.Undone => "undone", Repair.Completed => "completed", _ => "none" };
}
