using System.Diagnostics;
using System.Text.Json;
using HotpatchBuild.Formats.Deltas;
using HotpatchBuild.Runtime.Native.Engine;
using HotpatchBuild.Tests.Live.Packages;

namespace HotpatchBuild.Tests.Live.Ilc;

/// <summary>Each ILC version that the product is for: tried once, then a program that it compiled is patched and rolled back.</summary>
[Collection(PackageTests.Name)]
public sealed class ProbedVersions(PackageFeed feed) : IDisposable
{
    private const string Before = """
        using System.Runtime.CompilerServices;
        while (Console.ReadLine() is { } line)
            Console.WriteLine(Desk.Answer(line));
        static class Desk
        {
            [MethodImpl(MethodImplOptions.NoInlining)]
            public static string Answer(string text) => Parse(text) is > 0 and int number ? $"half is {number / 2}" : "no number";
            [MethodImpl(MethodImplOptions.NoInlining)]
            public static int Parse(string text) { try { return int.Parse(text); } catch (FormatException) { return -1; } }
        }
        """;

    // A new literal, and places inside the function that a handler goes on at.
    private static readonly string After = Before.Replace(
        "try { return int.Parse(text); } catch (FormatException) { return -1; }",
        "int number; try { number = int.Parse(text); } catch (FormatException) when (text.Length > 0) { number = 84; } return number > 100 ? throw new InvalidOperationException(\"more than a hundred\") : number;",
        StringComparison.Ordinal).Replace("\"no number\"", "\"not a number at all\"", StringComparison.Ordinal);

    private readonly CacheFolder _cache = new();

    [Theory]
    [InlineData("net9.0")]
    [InlineData("net8.0")]
    public void Are_tried_once_and_their_programs_are_patched(string framework)
    {
        using var project = new TestProject(feed, framework);
        project.Write("Program.cs", Before);
        project.Commit("a desk");
        CommandResult first = _cache.Build(project);
        Assert.True(first.ExitCode == 0, first.Output);
        Assert.Contains(" passed the probe: ", Assert.Single(first.LinesWith("hotpatch probe: ")), StringComparison.Ordinal);
        Assert.Contains("baseline recorded", Assert.Single(first.LinesWith("hotpatch: ")), StringComparison.Ordinal);
        string remembered = Assert.Single(_cache.Files);
        using (JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(remembered)))
            Assert.StartsWith(framework[3..], json.RootElement.GetProperty("ilcVersion").GetString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(project.IntermediateFolder, "hotpatch/probe")));

        string shipped = project.At("obj/shipped");
        File.Copy(project.Executable, shipped);
        project.Write("Program.cs", After);
        project.Commit("a fix");
        CommandResult second = _cache.Build(project);
        Assert.True(second.ExitCode == 0, second.Output);
        Assert.Empty(second.LinesWith("hotpatch probe: "));
        Assert.Contains("delta for App", Assert.Single(second.LinesWith("hotpatch: ")), StringComparison.Ordinal);

        using var desk = new Desk(shipped);
        Assert.Equal(["half is 4", "no number"], desk.Ask("8", "x"));
        using LiveTarget target = LiveTarget.Open(desk.Id);
        var engine = new NativeEngine(target.Target, new EngineOptions("test", 0, "test", TimeSpan.FromSeconds(30), TimeProvider.System));
        engine.Apply(NativeDelta.For(DeltaFile.Read(project.Delta), target.Target));
        Assert.Equal(["half is 4", "half is 42", "not a number at all"], desk.Ask("8", "x", "-3"));
        engine.Rollback();
        Assert.Equal(["half is 4", "no number", "no number"], desk.Ask("8", "x", "-3"));
    }

    public void Dispose() => _cache.Dispose();

    private sealed class Desk(string executable) : IDisposable
    {
        private readonly Process _process = Process.Start(new ProcessStartInfo(executable) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

        public int Id => _process.Id;

        public string[] Ask(params string[] lines) => [.. lines.Select(Ask)];

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }

        private string Ask(string line)
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
            Task<string?> answer = _process.StandardOutput.ReadLineAsync();
            return answer.Wait(TimeSpan.FromSeconds(30)) ? answer.Result ?? "(ended)" : throw new TimeoutException($"No answer to {line}.");
        }
    }
}
