using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Native.Audit;

namespace HotpatchBuild.Compiler.Native;

/// <summary>What the native comparison needs of a baseline.</summary>
/// <param name="Build">The build.</param>
/// <param name="Audit">What the audit of its function entries found.</param>
internal sealed record NativeBaseline(NativeBuild Build, BaselineAudit Audit)
{
    /// <summary>What a record keeps of an audit.</summary>
    /// <param name="report">The audit.</param>
    public static BaselineAudit Summarise(PrologueAuditReport report) => new(
        report.FunctionCount,
        report.PatchableCount + report.PatchableWhenIdleCount,
        report.PatchableWhenIdleCount,
        [.. report.Functions.Where(f => f.Verdict == PrologueVerdict.NotPatchable).Select(f => new UnpatchableFunction(f.Name, f.Reason ?? ""))]);
}
