using System.Collections.Immutable;
using System.Globalization;

namespace HotpatchBuild.Compiler.Native.Audit;

/// <summary>What the audit of an executable found. It serialises as it is; a compact form is the counts and <see cref="Exceptions"/>.</summary>
public sealed record PrologueAuditReport
{
    /// <summary>Every function symbol of the managed code, sorted by address. Several symbols may name one address.</summary>
    public required ImmutableArray<AuditedFunction> Functions { get; init; }

    /// <summary>Functions by address.</summary>
    public required int FunctionCount { get; init; }

    /// <summary>Of these, how many are <see cref="PrologueVerdict.Patchable"/>.</summary>
    public required int PatchableCount { get; init; }

    /// <summary>Of these, how many are <see cref="PrologueVerdict.PatchableWhenIdle"/>.</summary>
    public required int PatchableWhenIdleCount { get; init; }

    /// <summary>Of these, how many are <see cref="PrologueVerdict.NotPatchable"/>.</summary>
    public int NotPatchableCount => FunctionCount - PatchableCount - PatchableWhenIdleCount;

    /// <summary>The functions that are not simply patchable.</summary>
    public IEnumerable<AuditedFunction> Exceptions => Functions.Where(f => f.Verdict != PrologueVerdict.Patchable);

    /// <summary>One line; where functions are not patchable, with their number by reason.</summary>
    public string Summary
    {
        get
        {
            string counts = string.Create(
                CultureInfo.InvariantCulture,
                $"{FunctionCount} functions: {PatchableCount} patchable, {PatchableWhenIdleCount} patchable when idle, {NotPatchableCount} not patchable");
            string[] reasons = [.. Functions
                .Where(f => f.Verdict == PrologueVerdict.NotPatchable)
                .DistinctBy(f => f.Address)
                .CountBy(f => f.Reason ?? "")
                .OrderByDescending(r => r.Value).ThenBy(r => r.Key, StringComparer.Ordinal)
                .Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Value} {r.Key}"))];
            return reasons.Length == 0 ? counts : $"{counts} ({string.Join(", ", reasons)})";
        }
    }
}
