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

/// <summary>A script that runs with a process, and with the command <c>hotpatch</c> as users run it.</summary>
internal sealed partial class ScriptRun
{
    private readonly ProgramProcess _process;
    private readonly string? _delta;
    private readonly StringBuilder _unsteady = new(), _said = new();
    private readonly SortedSet<string> _refused = new(StringComparer.Ordinal);

    private ScriptRun(ProgramProcess process, string? delta) => (_process, _delta) = (process, delta);

    /// <summary>Runs a script.</summary>
    /// <param name="program">What is started.</param>
    /// <param name="script">What is done.</param>
    /// <param name="delta">The delta; null to leave out apply and rollback.</param>
    public static ScriptOutcome Of(IProgramBuild program, Script script, string? delta)
    {
        using ProgramProcess process = program.Start();
        ScriptRun run = new(process, delta);
        string before = run.Do(script.Before);
        run.Apply();
        string after = run.Do(script.After);
        run.CheckSettled("after the apply", script, script.After, after);
        run.RollBack();
        string rolledBack = run.Do(script.RolledBack);
        run.CheckSettled("after the rollback", script, script.RolledBack, rolledBack);
        return new ScriptOutcome(new Prints(before, after, rolledBack), run._unsteady.ToString(), [.. run._refused], run._said.ToString());
    }

    private string Do(IEnumerable<ScriptStep> steps)
    {
        var prints = new StringBuilder();
        foreach (ScriptStep step in steps)
        {
            switch (step.Kind)
            {
                case StepKind.Apply:
                    Apply();
                    break;
                case StepKind.Rollback:
                    RollBack();
                    break;
                default:
                    prints.Append(_process.Ask(step.Kind == StepKind.Send ? "send " + step.Text : step.Kind == StepKind.Warm ? "warm" : "show"));
                    break;
            }
        }
        return prints.ToString().TrimEnd('\n');
    }

    private void Apply()
    {
        if (_delta is null)
            return;
        CommandOutcome apply = Command("apply", _delta, "--pid", $"{_process.Pid}");
        if (apply.ExitCode == 0)
            return;
        List<string> numbers = [.. Number().Matches(apply.Errors).Select(m => m.Value)];
        _refused.UnionWith(numbers);
        if (numbers.Count == 0)
            _unsteady.Append($"apply ended with {apply.ExitCode}: {apply.Output}{apply.Errors}\n");
    }

    private void RollBack()
    {
        if (_delta is null || _refused.Count > 0)
            return;
        CommandOutcome rollback = Command("rollback", "--pid", $"{_process.Pid}");
        if (rollback.ExitCode != 0)
            _unsteady.Append($"rollback ended with {rollback.ExitCode}: {rollback.Output}{rollback.Errors}\n");
    }

    // Code that was switched is compiled anew and optimised, and objects are moved: only then is the process in its final state.
    private void CheckSettled(string when, Script script, ImmutableArray<ScriptStep> steps, string printed)
    {
        if (_delta is null || !script.IsDefault)
            return;
        _process.Ask("collect");
        string warm = _process.Ask("warm"), settled = Do(steps);
        if (warm.Length > 0 || settled != printed)
            _unsteady.Append($"{when}, once code was compiled again and garbage was collected, it printed something else: {warm}{settled}\n");
    }

    private CommandOutcome Command(params string[] arguments)
    {
        CommandOutcome outcome = HotpatchCommand.Run(arguments);
        _said.Append(outcome.Output).Append(outcome.Errors);
        return outcome;
    }

    [GeneratedRegex("HPB[0-9]{4}")]
    private static partial Regex Number();
}
