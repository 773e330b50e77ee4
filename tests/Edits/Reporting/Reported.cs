using HotpatchBuild.Tests.Edits.Building;
using HotpatchBuild.Tests.Edits.Format;
using HotpatchBuild.Tests.Edits.Running;

namespace HotpatchBuild.Tests.Edits.Reporting;

/// <summary>What a report says of an edit under an engine.</summary>
/// <param name="Fate">What became of it.</param>
/// <param name="IsWrong">True when a process printed something else than it must.</param>
internal sealed record Reported(Fate Fate, bool IsWrong)
{
    /// <summary>As the catalogue says: nothing is wrong.</summary>
    public static Reported Expected(IEngineUnderTest engine, CatalogueEdit edit) => new(EditResults.Expected(engine, edit).Fate, false);

    /// <summary>As it came out in this run.</summary>
    public static Reported Actual(IEngineUnderTest engine, CatalogueEdit edit)
    {
        EditOutcome outcome = EditResults.Of(engine, edit);
        return new(outcome.Fate, EditCheck.WrongPrints(edit, outcome).Length > 0);
    }
}
