using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using HotpatchBuild.Tests.Edits.Building;
using HotpatchBuild.Tests.Edits.Format;
using HotpatchBuild.Tests.Live.Native;

namespace HotpatchBuild.Tests.Edits.Running;

/// <summary>What came out of a script.</summary>
/// <param name="Prints">What the process printed.</param>
/// <param name="Unsteady">What went wrong that prints do not show; empty when nothing did.</param>
/// <param name="Refused">The numbers of a refusal by the command that applies; empty when there is none.</param>
/// <param name="Said">What the command said.</param>
internal sealed record ScriptOutcome(Prints Prints, string Unsteady, ImmutableArray<string> Refused, string Said);

/// <summary>Runs a script with a process, and the command <c>hotpatch</c> as users run it.</summary>
internal static partial class ScriptRun
{
    /// <summary>Runs a script.</summary>
    /// <param name="program">What is started.</param>
    /// <param name="script">What is done.</param>
    /// <param name="delta">The delta; null to leave out apply and rollback.</param>
    public static ScriptOutcome Of(IProgramBuild program, Script script, string? delta)
    {
        using ProgramProcess process = program.Start();
        string pid = $"{process.Pid}", unsteady = "", said = "";
        ImmutableArray<string> refused = [];
        string before = Do(process, script.Before);
        if (delta is not null)
        {
            CommandOutcome apply = HotpatchCommand.Run("apply", delta, "--pid", pid);
            said = apply.Output + apply.Errors;
            if (apply.ExitCode != 0)
                refused = [.. Number().Matches(apply.Errors).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal)];
            if (apply.ExitCode != 0 && refused.IsEmpty)
                unsteady += $"apply ended with {apply.ExitCode}: {said}\n";
        }
        string after = Do(process, script.After);
        if (script.IsDefault && delta is not null && Settled(process, script.After) is var settled && settled != after)
            unsteady += $"what is printed changed when the code was compiled again and garbage collected:\n{settled}\n";
        if (delta is not null && refused.IsEmpty)
        {
            CommandOutcome rollback = HotpatchCommand.Run("rollback", "--pid", pid);
            said += rollback.Output + rollback.Errors;
            if (rollback.ExitCode != 0)
                unsteady += $"rollback ended with {rollback.ExitCode}: {rollback.Output}{rollback.Errors}\n";
        }
        string rolledBack = Do(process, script.RolledBack);
        if (script.IsDefault && delta is not null && Settled(process, script.RolledBack) is var settledBack && settledBack != rolledBack)
            unsteady += $"what is printed after the rollback changed when the code was compiled again and garbage collected:\n{settledBack}\n";
        return new ScriptOutcome(new Prints(before, after, rolledBack), unsteady, refused, said);
    }

    // Code that was switched is compiled anew and optimised, and its objects are moved, only then is it in its final state.
    private static string Settled(ProgramProcess process, ImmutableArray<ScriptStep> steps)
    {
        process.Ask("collect");
        process.Ask("warm");
        return Do(process, steps);
    }

    private static string Do(ProgramProcess process, IEnumerable<ScriptStep> steps)
    {
        var prints = new StringBuilder();
        foreach (ScriptStep step in steps)
            prints.Append(process.Ask(step.Kind == StepKind.Send ? "send " + step.Text : step.Kind == StepKind.Warm ? "warm" : "show"));
        return prints.ToString().TrimEnd('\n');
    }

    [GeneratedRegex("HPB[0-9]{4}")]
    private static partial Regex Number();
}
