using System.Collections.Immutable;

namespace HotpatchBuild.Tests.Edits.Format;

/// <summary>Reads the steps of an edit.</summary>
internal static class ScriptReader
{
    private const string Send = "send ";

    /// <summary>Reads steps, one a line.</summary>
    /// <param name="text">The lines.</param>
    /// <param name="error">Makes the exception for a problem in a line, counted from 0.</param>
    public static Script Read(string text, Func<int, string, Exception> error)
    {
        string[] lines = text.Split('\n');
        List<ScriptStep> steps = [.. lines.Select((line, i) => Step(line) ?? throw error(i, $"'{line}' is no step; steps are: warm, show, send TEXT, apply, rollback."))];
        int apply = steps.FindIndex(step => step.Kind == StepKind.Apply), rollback = steps.FindIndex(step => step.Kind == StepKind.Rollback);
        if (apply < 0 || rollback < apply)
            throw error(0, "There must be an 'apply' and a 'rollback' behind it.");
        for (int i = apply + 1; i < rollback; i++)
        {
            if (steps[i].Kind == StepKind.Apply)
                throw error(i, "Between 'apply' and 'rollback' there can be no other 'apply'.");
        }
        return new Script([.. steps[..apply]], [.. steps[(apply + 1)..rollback]], [.. steps[(rollback + 1)..]], false);
    }

    private static ScriptStep? Step(string line) => line switch
    {
        "warm" => new ScriptStep(StepKind.Warm),
        "show" => new ScriptStep(StepKind.Show),
        "apply" => new ScriptStep(StepKind.Apply),
        "rollback" => new ScriptStep(StepKind.Rollback),
        _ when line.Length > Send.Length && line.StartsWith(Send, StringComparison.Ordinal) => new ScriptStep(StepKind.Send, line[Send.Length..]),
        _ => null,
    };
}
