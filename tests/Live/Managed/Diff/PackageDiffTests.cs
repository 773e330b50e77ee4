using System.Diagnostics;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Tests.Live.Native;
using HotpatchBuild.Tests.Live.Support;

namespace HotpatchBuild.Tests.Live.Managed.Diff;

/// <summary>Packages as their authors published them.</summary>
public sealed class PackageDiffTests : IDisposable
{
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("hotpatch-packages-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_fix_of_a_library_reaches_a_process_that_uses_it()
    {
        // Newtonsoft.Json 13.0.2 lost the zeros behind the point of a decimal zero; 13.0.3 keeps them.
        string delta = Path.Combine(_folder, "fix" + DeltaFile.Extension);
        HotpatchCommand.Run("diff", Package("newtonsoft.json", "13.0.2"), Package("newtonsoft.json", "13.0.3"), "-o", delta).AssertDone();
        Assert.Equal(["Newtonsoft.Json"], DeltaFile.Read(delta).Manifest.Modules.Select(m => m.Name));

        File.WriteAllText(Path.Combine(_folder, "App.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><PackageReference Include="Newtonsoft.Json" Version="13.0.2" /></ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(_folder, "App.cs"), """
            while (System.Console.ReadLine() is not null) System.Console.WriteLine(Newtonsoft.Json.Linq.JToken.Parse("0.000").ToString(Newtonsoft.Json.Formatting.None) + " "
                + Newtonsoft.Json.JsonConvert.SerializeObject(Newtonsoft.Json.JsonConvert.DeserializeObject<System.Collections.Generic.Dictionary<string, decimal>>("{\"price\":0.000}")));
            """);
        await CommandLine.RunAsync(_folder, "dotnet", ["build", "-c", "Release", "-o", Path.Combine(_folder, "out")]);

        using Process process = Process.Start(new ProcessStartInfo(Path.Combine(_folder, "out/App")) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        try
        {
            Assert.EndsWith("""{"price":0.0}""", await AskAsync(process), StringComparison.Ordinal);
            HotpatchCommand.Run("apply", delta, "--pid", $"{process.Id}").AssertDone();
            Assert.EndsWith("""{"price":0.000}""", await AskAsync(process), StringComparison.Ordinal);
            HotpatchCommand.Run("rollback", "--pid", $"{process.Id}").AssertDone();
            Assert.EndsWith("""{"price":0.0}""", await AskAsync(process), StringComparison.Ordinal);
            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(s_bound);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    [Fact]
    public void A_release_that_a_process_cannot_take_is_refused_with_every_reason()
    {
        CommandOutcome outcome = HotpatchCommand.Run("diff", Package("newtonsoft.json", "13.0.1"), Package("newtonsoft.json", "13.0.2"), "-o", Path.Combine(_folder, "none.hotpatch"));
        Assert.Equal(2, outcome.ExitCode);
        string[] refusals = outcome.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(refusals, line => Assert.Matches(@"^hotpatch: HPB1\d\d\d: .+\. .+\.$", line));
        Assert.Contains(refusals, line => line.StartsWith("hotpatch: HPB1330: Newtonsoft.Json.Converters.UnixDateTimeConverter.AllowPreEpoch ", StringComparison.Ordinal));
        Assert.Contains(refusals, line => line.StartsWith("hotpatch: HPB1102: Newtonsoft.Json.Linq.JToken.CloneToken(JsonCloneSettings) ", StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(_folder, "none.hotpatch")));
    }

    private static async Task<string> AskAsync(Process process)
    {
        await process.StandardInput.WriteLineAsync("");
        await process.StandardInput.FlushAsync();
        return await process.StandardOutput.ReadLineAsync().WaitAsync(s_bound) ?? throw new InvalidOperationException("The program ended.");
    }

    private static string Package(string id, string version) =>
        Path.Combine(Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages"), id, version);
}
