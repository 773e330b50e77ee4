namespace HotpatchBuild.Tests.Live.Packages;

/// <summary>"Could this change be hot-patched?" for a program that is compiled ahead of time.</summary>
[Collection(PackageTests.Name)]
public sealed class ChecksForNative(PackageFeed feed)
{
    [Fact]
    public void Answer_for_a_change_and_keep_nothing()
    {
        using TestProject project = CheckedChanges.Project(feed, "net9.0", aot: true);
        CheckedChanges.Ask(project);
    }
}
