using System.Text;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Tests.Live.Support;

namespace HotpatchBuild.Tests.Live.Packages.CoreClr;

/// <summary>A fix that repairs data, as a user of the package writes it: the attributes are there, and nothing refers to anything.</summary>
[Collection(PackageTests.Name)]
public sealed class TransitionsForCoreClr(PackageFeed feed)
{
    private const string Attribute = "HotpatchTransitionAttribute";

    [Fact]
    public void Of_the_packages_attributes_repair_data_at_the_switch_and_back()
    {
        using var project = new TestProject(feed, "net10.0", aot: false);
        project.Write("Program.cs", """
            while (Console.ReadLine() is { } name)
                Console.WriteLine(Shop.Price(name));
            """);
        project.Write("Shop.cs", """
            static class Shop
            {
                public static readonly Dictionary<string, int> Prices = new() { ["tea"] = 5 };

                public static string Price(string name) => $"{Prices[name]} euros";
            }
            """);
        project.Commit("shipped");
        Assert.Equal(0, project.Hotpatch().ExitCode);
        Assert.DoesNotContain(Attribute, Names(project), StringComparison.Ordinal);
        FolderCopy.Copy(project.OutputFolder, project.At("bin/deployed"));

        project.Write("Shop.cs", """
            using HotpatchBuild;

            static class Shop
            {
                public static readonly Dictionary<string, int> Prices = new() { ["tea"] = 5 };

                public static string Price(string name) => $"{Prices[name]} cents";

                [HotpatchPrecondition]
                static bool Ready() => Prices.Count > 0;

                [HotpatchTransition("cents")]
                static void Forth() => Prices["tea"] *= 100;

                [HotpatchRollback("cents")]
                static void Back() => Prices["tea"] /= 100;
            }
            """);
        project.Commit("cents");
        CommandResult build = project.Hotpatch("build", "-p:HotpatchActiveCode=wait", "-p:HotpatchActiveCodeTimeout=20");
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Empty(build.LinesWith("error"));
        Assert.Equal(new DeltaActiveCode(ActiveCodePolicy.Wait, 20), DeltaFile.Read(project.Delta).Manifest.ActiveCode);

        using (var process = new RunningProgram(project.At("bin/deployed/App")))
        {
            Assert.Equal("5 euros", process.Ask("tea"));
            CommandResult apply = process.Hotpatch("apply", project.Delta);
            Assert.True(apply.ExitCode == 0, apply.Output);
            Assert.Equal("500 cents", process.Ask("tea"));
            CommandResult rollback = process.Hotpatch("rollback");
            Assert.True(rollback.ExitCode == 0, rollback.Output);
            Assert.Equal("5 euros", process.Ask("tea"));
        }

        // Sources that use the attributes build without the flag too.
        CommandResult plain = project.Dotnet("build", "-c", "Release", "--no-incremental");
        Assert.True(plain.ExitCode == 0, plain.Output);
        Assert.Contains(Attribute, Names(project), StringComparison.Ordinal);
    }

    [Fact]
    public void Need_a_choice_for_calls_under_way_that_exists()
    {
        using var project = new TestProject(feed, "net10.0", aot: false);
        Assert.Equal(0, project.Hotpatch().ExitCode);
        project.Write("Program.cs", "Console.WriteLine(\"changed\");");
        project.Commit("changed");
        CommandResult build = project.Hotpatch("build", "-p:HotpatchActiveCode=hurry");
        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("HotpatchActiveCode", Assert.Single(build.LinesWith("error HPB")), StringComparison.Ordinal);
        Assert.False(File.Exists(project.Delta));
    }

    private static string Names(TestProject project) => Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(project.OutputFolder, "App.dll")));
}
