namespace HotpatchBuild.Tests.Unit.Edits;

public class EditTable
{
    public static TheoryData<string> Rows => [.. EditCase.All.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Says_what_the_row_expects(string name)
    {
        var row = EditCase.All[name];
        Assert.Equal(row.Expected, row.Actual());
    }

    [Fact]
    public void Has_rows_for_every_topic() => Assert.True(EditCase.All.Count >= 140, $"{EditCase.All.Count} rows were read.");
}
