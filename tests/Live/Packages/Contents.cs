using System.IO.Compression;

namespace HotpatchBuild.Tests.Live.Packages;

[Collection(PackageTests.Name)]
public sealed class Contents(PackageFeed feed)
{
    [Fact]
    public void Of_the_package_are_the_targets_the_engine_the_probe_and_what_prepares_programs()
    {
        using ZipArchive package = ZipFile.OpenRead(feed.Package);
        string[] files = [.. package.Entries.Select(entry => entry.FullName)];
        string[] expected =
        [
            "build/HotpatchBuild.props", "build/HotpatchBuild.targets", "build/HotpatchBuild.Properties.targets", "build/HotpatchBuild.Native.targets",
            "build/HotpatchBuild.Managed.targets", "prepare/HotpatchPrepare.cs", "prepare/HotpatchStatics.cs", "prepare/HotpatchLayouts.cs", "prepare/libhotpatch.so", "probe/before/HotpatchProbe.dll",
            "tasks/net10.0/HotpatchBuild.Tasks.dll", "tasks/net10.0/HotpatchBuild.Compiler.dll", "tasks/net10.0/Mono.Cecil.dll",
        ];
        Assert.Empty(expected.Except(files));
        // The SDK's own Roslyn is used, and MSBuild's assemblies are the build's.
        Assert.DoesNotContain(files, file => file.Contains("Microsoft.", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => file.StartsWith("lib/", StringComparison.Ordinal));
    }
}
