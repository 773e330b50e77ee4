namespace HotpatchBuild.Tests.Unit.Managed.Images;

/// <summary>A program with a delta does what the new build does.</summary>
public class LinkedPrograms
{
    public static TheoryData<string> Rows => [.. LinkCase.All.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Does_what_the_new_build_does(string name)
    {
        LinkedDelta delta = LinkCase.All[name].Link();
        Assert.Empty(delta.Result.Refusals);
        string full = delta.Full();
        Assert.NotEqual(delta.Unpatched(), full);
        Assert.Equal(full, delta.Patched());
    }
}
