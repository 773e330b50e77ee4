using System.Text;
using HotpatchBuild.Tests.Edits.Format;

namespace HotpatchBuild.Tests.Edits.Running;

/// <summary>Holds what became of an edit against what the catalogue says.</summary>
internal static class EditCheck
{
    /// <summary>Everything that is not as the catalogue says, for people; empty when all is.</summary>
    /// <param name="edit">The edit.</param>
    /// <param name="expected">What it says for the engine.</param>
    /// <param name="outcome">What became of it.</param>
    public static string Problems(CatalogueEdit edit, Fate expected, EditOutcome outcome)
    {
        var problems = new StringBuilder();
        if (!outcome.Fate.Equals(expected))
            problems.Append("fate: ").Append(outcome.Fate).Append(", expected: ").Append(expected).Append('\n');
        problems.Append(WrongPrints(edit, outcome));
        if (problems.Length == 0)
            return "";
        foreach (string message in outcome.Messages)
            problems.Append("  | ").Append(message).Append('\n');
        return $"{edit.Place}: {edit.Key}  {edit.Title}\n{problems}";
    }

    /// <summary>What was printed or done otherwise than the catalogue says, whatever the fate: a wrong patch, unless the catalogue is wrong.</summary>
    /// <param name="edit">The edit.</param>
    /// <param name="outcome">What became of it.</param>
    public static string WrongPrints(CatalogueEdit edit, EditOutcome outcome)
    {
        var problems = new StringBuilder(outcome.Unsteady);
        if (outcome is not { Patched: { } patched, Fresh: { } fresh })
            return outcome.Unsteady;
        Compare("before the apply", edit.Before, patched.Before);
        if (outcome.Fate.Kind == FateKind.Patched)
        {
            Compare("after the apply", edit.After, patched.After);
            Compare("after the rollback", edit.RolledBack, patched.RolledBack);
        }
        else if (edit.Script.IsDefault)
        {
            Compare("as nothing was applied", edit.Before, patched.After);
        }
        Compare("in a process of the new build", outcome.Fate.Kind == FateKind.Nothing && edit.Script.IsDefault ? edit.Before : edit.Fresh, fresh.After);
        return problems.ToString();

        void Compare(string when, string? expected, string actual)
        {
            if (expected is not null && expected != actual)
                problems.Append(when).Append(" it printed\n").Append(Indented(actual)).Append("  and not\n").Append(Indented(expected));
        }
    }

    private static string Indented(string text) => string.Concat(text.Split('\n').Select(line => $"    {line}\n"));
}
