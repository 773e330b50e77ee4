using HotpatchBuild.Tests.Edits.Building;
using HotpatchBuild.Tests.Edits.Format;

namespace HotpatchBuild.Tests.Edits.Running;

/// <summary>What is not as the catalogue says is found and told, whatever it is.</summary>
public sealed class CheckedOutcomes
{
    private static readonly CatalogueEdit s_edit = new()
    {
        Program = "sample", Id = "edit", Title = "What it is", Place = "sample.txt:7", Covers = ["body"],
        Managed = new ExpectedFate(Fate.Patched, ""), Native = new ExpectedFate(Fate.Refused(["HPB1001"]), "Why."),
        Pair = new ProgramPair("sample/edit", ProgramSources.None, ProgramSources.None), Script = Script.Default,
        Before = "one", After = "two", RolledBack = "one", Fresh = "three",
    };

    private static readonly EditOutcome s_patched = new(Fate.Patched, new Prints("one", "two", "one"), new Prints("three", "three", ""), ["a message"], "");
    private static readonly EditOutcome s_refused = s_patched with { Fate = Fate.Refused(["HPB1001"]), Patched = new Prints("one", "one", "one") };

    [Fact]
    public void What_is_as_expected_has_no_problems()
    {
        Assert.Equal("", EditCheck.Problems(s_edit, Fate.Patched, s_patched));
        Assert.Equal("", EditCheck.Problems(s_edit, Fate.Refused(["HPB1001"]), s_refused));
    }

    [Fact]
    public void Another_fate_is_told_with_the_edit_and_all_messages()
    {
        string problems = EditCheck.Problems(s_edit, Fate.Patched, s_refused);
        Assert.StartsWith("sample.txt:7: sample/edit  What it is\n", problems, StringComparison.Ordinal);
        Assert.Contains("fate: refused HPB1001, expected: patched", problems, StringComparison.Ordinal);
        Assert.Contains("a message", problems, StringComparison.Ordinal);
        Assert.Contains("expected: refused HPB1001", EditCheck.Problems(s_edit, Fate.Refused(["HPB1001"]), s_patched), StringComparison.Ordinal);
        Assert.Contains("expected: refused HPB1002", EditCheck.Problems(s_edit, Fate.Refused(["HPB1002"]), s_refused), StringComparison.Ordinal);
        Assert.Contains("expected: nothing", EditCheck.Problems(s_edit, Fate.Nothing, s_patched), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xxx", "two", "one", "three", "before the apply")]
    [InlineData("one", "one", "one", "three", "after the apply")]
    [InlineData("one", "two", "two", "three", "after the rollback")]
    [InlineData("one", "two", "one", "two", "in a process of the new build")]
    public void Wrong_prints_are_told(string before, string after, string rolledBack, string fresh, string when)
    {
        EditOutcome outcome = s_patched with { Patched = new Prints(before, after, rolledBack), Fresh = new Prints("", fresh, "") };
        string problems = EditCheck.WrongPrints(s_edit, outcome);
        Assert.StartsWith(when, problems, StringComparison.Ordinal);
        Assert.Contains(problems, EditCheck.Problems(s_edit, Fate.Patched, outcome), StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_changed_though_nothing_was_applied_is_told() =>
        Assert.StartsWith("as nothing was applied", EditCheck.WrongPrints(s_edit, s_refused with { Patched = s_patched.Patched }), StringComparison.Ordinal);

    [Fact]
    public void An_edit_without_a_delta_must_not_change_what_the_new_build_prints() =>
        Assert.StartsWith("in a process of the new build", EditCheck.WrongPrints(s_edit, s_refused with { Fate = Fate.Nothing }), StringComparison.Ordinal);

    [Fact]
    public void What_broke_is_wrong()
    {
        EditOutcome broken = EditOutcome.Broken(new InvalidOperationException("it ended"));
        Assert.Contains("it ended", EditCheck.WrongPrints(s_edit, broken), StringComparison.Ordinal);
        Assert.Contains("fate: broken", EditCheck.Problems(s_edit, Fate.Patched, broken), StringComparison.Ordinal);
        Assert.Contains("it moved", EditCheck.WrongPrints(s_edit, s_patched with { Unsteady = "it moved" }), StringComparison.Ordinal);
    }
}
