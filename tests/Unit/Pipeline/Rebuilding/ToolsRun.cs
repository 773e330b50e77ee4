using System.Diagnostics;
using HotpatchBuild.Compiler.Pipeline.Rebuilding;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Tests.Unit.Pipeline.Rebuilding;

public sealed class ToolsRun : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tools").FullName;
    private readonly ToolProcess _tools;

    public ToolsRun() => _tools = new ToolProcess(_folder, "0123456789ab", "relative:/nonexistent:/usr/bin:/bin");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void In_the_projects_folder_with_their_arguments_as_they_are()
    {
        _tools.Run("cp", [WriteFile("a b; $c"), "copy"], CancellationToken.None);
        Assert.Equal("content", File.ReadAllText(Path.Combine(_folder, "copy")));
    }

    [Fact]
    public void And_a_failure_shows_their_last_lines_only()
    {
        Failure failure = Fails("sh", "-c", "seq 1 200000; seq 1 200000 >&2; printf 'the \\033 last.\\n' >&2; exit 3");
        Assert.Equal("HPB2222", failure.Id);
        Assert.Equal("sh ended with 3 in the rebuild of revision 0123456789ab: 199996 | 199997 | 199998 | 199999 | 200000 | the   last.", failure.What);
        Assert.Contains(": it said nothing.", Fails("false").What, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_they_are_in_the_search_path_but_never_in_the_projects_folder()
    {
        File.Copy("/bin/true", Path.Combine(_folder, "planted"));
        Assert.Equal("HPB2221", Fails("planted").Id);
        Assert.Equal("HPB2221", Fails("./missing").Id);
        Assert.Equal("HPB2222", Fails(WriteFile("no program")).Id);
    }

    [Fact]
    public void Until_the_build_is_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        string started = Path.Combine(_folder, "started");
        Task run = Task.Run(() => _tools.Run("sh", ["-c", "echo $$ > started.tmp; mv started.tmp started; sleep 600 & wait"], cancellation.Token));
        Assert.True(SpinWait.SpinUntil(() => File.Exists(started), TimeSpan.FromMinutes(1)));
        using Process shell = Process.GetProcessById(int.Parse(File.ReadAllText(started), System.Globalization.CultureInfo.InvariantCulture));
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromMinutes(1)).GetAwaiter().GetResult());
        Assert.True(shell.HasExited);
    }

    private Failure Fails(string program, params string[] arguments) =>
        Assert.Throws<HotpatchException>(() => _tools.Run(program, arguments, CancellationToken.None)).Failure;

    private string WriteFile(string name)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, "content");
        return path;
    }
}
