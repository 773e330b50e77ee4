using System.Text.Json;

namespace HotpatchBuild.Tests.Live.Packages.CoreClr;

/// <summary>"Could this change be hot-patched?", asked by a pipeline that keeps nothing, and the log for code scanning.</summary>
[Collection(PackageTests.Name)]
public sealed class ChecksForCoreClr(PackageFeed feed)
{
    [Fact]
    public void Answer_for_a_change_and_keep_nothing()
    {
        using TestProject project = CheckedChanges.Project(feed, "net10.0", aot: false);
        CheckedChanges.Ask(project);
    }

    [Fact]
    public void Log_refusals_for_code_scanning_and_an_empty_list_when_there_are_none()
    {
        using TestProject project = CheckedChanges.Project(feed, "net10.0", aot: false);
        Assert.Equal(0, project.Hotpatch("build", "-p:HotpatchSarif=out/app.sarif").ExitCode);
        Assert.Equal([], Results());

        project.Write("Greeter.cs", CheckedChanges.Refused);
        string[] properties = ["-p:HotpatchSarif=out/app.sarif", "-p:HotpatchHelpUri=https://help.example/pages"];
        Assert.NotEqual(0, project.Hotpatch("build", properties).ExitCode);
        Assert.Equal(["HPB1107 error Greeter.cs 5"], Results());
        Assert.Equal(0, project.Hotpatch("build", [.. properties, "-p:HotpatchOnRefusal=warn"]).ExitCode);
        Assert.Equal(["HPB1107 warning Greeter.cs 5"], Results());

        string[] Results()
        {
            using JsonDocument log = JsonDocument.Parse(File.ReadAllText(project.At("out/app.sarif")));
            return
            [
                .. log.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().Select(result =>
                {
                    JsonElement place = result.GetProperty("locations")[0].GetProperty("physicalLocation");
                    return $"{result.GetProperty("ruleId").GetString()} {result.GetProperty("level").GetString()} {place.GetProperty("artifactLocation").GetProperty("uri").GetString()} {place.GetProperty("region").GetProperty("startLine").GetInt32()}";
                }),
            ];
        }
    }
}
