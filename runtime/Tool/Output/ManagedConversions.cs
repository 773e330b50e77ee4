using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Protocol;
using HotpatchBuild.Runtime.Managed;
using HotpatchBuild.Runtime.Managed.Processes;

namespace HotpatchBuild.Tool.Output;

/// <summary>From what the managed engine reports to what the command prints.</summary>
internal static class ManagedConversions
{
    private static readonly string Engine = Conversions.NameOf(PatchEngine.Managed);

    /// <summary>A change.</summary>
    /// <param name="change">What was done.</param>
    /// <param name="manifest">The delta's manifest; null for a roll-back.</param>
    /// <param name="check">Nothing was.</param>
    public static ChangeDetails Of(ManagedChange change, DeltaManifest? manifest, bool check = false) => new(
        change.AlreadyThere, change.Before, change.Delta, false, "none", change.AlreadyThere ? [] : Functions(manifest, change.BeforeManifest),
        change.AlreadyThere || manifest is null ? 0 : Modules(manifest).Sum(module => module.Functions.Count(function => function.Added)), 0, 0, null, null, Engine,
        new ManagedChangeOutput(
            change.Methods, change.Suspended.TotalMicroseconds, change.NotLoaded, [.. change.Stale.Select(Of)],
            [.. change.Notes.Select(Conversions.NoteOf)]),
        check ? [.. change.Active.Select(Of).Select(call => new ActiveOutput(call.Method, call.Kind, call.Thread, null))] : null);

    /// <summary>A status.</summary>
    public static ProcessStatusOutput Of(ManagedProcess process, ManagedStatus status, Guid? build, bool history) => new(
        process.Pid, process.Name, null, build?.ToString("N"), status.InForce is null ? "baseline" : "in-force", null, status.InForce is null ? null : Of(status.InForce),
        status.InForce?.Manifest is { } manifest
            ? [.. Changed(manifest).Select(function => new FunctionStatusOutput(function.Symbol, function.DisplayName, null, null, true, true))]
            : [],
        history ? [.. status.History.Select(Of)] : null, status.Loaded, null, Engine, status.Prepared, status.NotLoaded, [.. status.Stale.Select(Of)]);

    private static InForceOutput Of(ManagedForce force) => new(
        force.Id, force.Manifest?.Program ?? "", force.Manifest?.Baseline.Describe ?? "", force.Manifest?.Baseline.Commit ?? "", force.Manifest?.Target.Describe ?? "",
        force.Manifest?.Target.Commit ?? "", force.LoadedAt, force.Since, force.By, force.Uid, force.Tool, force.EndedAt, force.EndedBy,
        force.EndedAt is null ? null : force.RolledBack ? "rolled-back" : "superseded");

    private static StaleOutput Of(StaleCode stale) => new(
        stale.Method, stale.Kind switch { StaleKind.Frame => "frame", StaleKind.Inliner => "inliner", StaleKind.StateMachine => "state-machine", StaleKind.Assembly => "assembly", StaleKind.Unknown => "unknown", _ => "other" },
        stale.ThreadId == 0 ? null : stale.ThreadId, stale.Frames);

    /// <summary>Each function that one of the two deltas changes.</summary>
    private static List<FunctionChangeOutput> Functions(DeltaManifest? after, DeltaManifest? before)
    {
        var was = before is null ? [] : Changed(before).Select(function => function.Symbol).ToHashSet(StringComparer.Ordinal);
        var outputs = new List<FunctionChangeOutput>();
        foreach (var function in after is null ? [] : Changed(after))
            outputs.Add(new FunctionChangeOutput(function.Symbol, function.DisplayName, was.Remove(function.Symbol) ? "superseded" : "patched"));
        outputs.AddRange((before is null ? [] : Changed(before)).Where(function => was.Contains(function.Symbol))
            .Select(function => new FunctionChangeOutput(function.Symbol, function.DisplayName, "reverted")));
        return outputs;
    }

    private static IEnumerable<DeltaFunction> Changed(DeltaManifest manifest) => Modules(manifest).SelectMany(module => module.Functions).Where(function => !function.Added);

    private static IEnumerable<DeltaModule> Modules(DeltaManifest manifest) => manifest.Modules.Where(module => module.Engine == PatchEngine.Managed);
}
