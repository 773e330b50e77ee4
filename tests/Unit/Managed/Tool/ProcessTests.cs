using System.Text;
using HotpatchBuild.Protocol;
using HotpatchBuild.Runtime.Managed.Processes;

namespace HotpatchBuild.Tests.Unit.Managed.Tool;

public class ProcessTests
{
    private static readonly string[] s_maps =
    [
        "5581c0000000-5581c0001000 r--p 00000000 08:01 1 /usr/share/dotnet/dotnet",
        "7f0000000000-7f0000001000 r--p 00000000 08:01 2 /usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.12/libcoreclr.so",
        "7f0000001000-7f0000002000 r-xp 00001000 08:01 2 /usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.12/libcoreclr.so",
        "7f0000003000-7f0000004000 r-xp 00000000 08:01 3 /srv/my app/hotpatch/libhotpatch.so (deleted)",
        "7f0000005000-7f0000006000 rw-p 00000000 00:00 0 [stack]",
        "7f0000007000-7f0000008000 rw-p 00000000 00:00 0",
        "7f0000009000-7f000000a000 r--p 00000000 08:01 4 /tmp/hotpatch-7-99/HotpatchBuild.Hook.dll",
    ];

    [Theory]
    [InlineData("A=1\0TMPDIR=/var/tmp/x\0", "/var/tmp/x")]
    [InlineData("XTMPDIR=/wrong\0TMPDIR=/right", "/right")]
    [InlineData("TMPDIR=\0", "/tmp")]
    [InlineData("TMPDIR=relative\0", "/tmp")]
    [InlineData("TMPDIR\0", "/tmp")]
    [InlineData("", "/tmp")]
    public void The_folder_for_temporary_files_is_that_of_the_start(string environment, string folder) =>
        Assert.Equal(folder, AgentPlace.TempFolder(Encoding.UTF8.GetBytes(environment)));

    [Theory]
    [InlineData("7 (a) b) (c) R 1 7 7 0 -1 4194304 1 0 0 0 1 1 0 0 20 0 1 0 8675309 1 1", 8675309ul)]
    [InlineData("7 (short) R 1", null)]
    [InlineData("", null)]
    public void The_start_time_is_field_22(string stat, ulong? start) => Assert.Equal(start, AgentPlace.StartTime(stat));

    [Fact]
    public void Both_sides_find_the_same_folder()
    {
        ManagedProcess self = ManagedProcess.Open(Environment.ProcessId);
        ulong start = AgentPlace.StartTime(File.ReadAllText("/proc/self/stat"))!.Value;
        string folder = Path.Combine(AgentPlace.TempFolder(File.ReadAllBytes("/proc/self/environ")), AgentPlace.FolderName(Environment.ProcessId, start));
        Assert.Equal(folder, self.AgentFolder);
    }

    [Fact]
    public void Mapped_files_tell_the_runtime_and_what_is_loaded()
    {
        MappedFiles mapped = MappedFiles.Of(s_maps);
        Assert.Equal(new Version(10, 0, 12), mapped.RuntimeVersion);
        Assert.Equal("/srv/my app/hotpatch/libhotpatch.so", mapped.Profiler);
        Assert.Equal("/tmp/hotpatch-7-99/HotpatchBuild.Hook.dll", mapped.Hook);
        Assert.Equal(4, mapped.Paths.Count);
        Assert.Null(MappedFiles.Of(s_maps[..1]).Runtime);
        Assert.Null(MappedFiles.Of(["7f0000000000-7f0000001000 r--p 00000000 08:01 2 /srv/app/libcoreclr.so"]).RuntimeVersion);
    }

    [Theory]
    [InlineData("10.0.12", "10.0.12")]
    [InlineData("9.0.0-rc.1.24431.7", "9.0.0")]
    [InlineData("8.0.31+commit", "8.0.31")]
    [InlineData("Core", null)]
    public void Versions_are_read_whatever_stands_behind_them(string text, string? version) =>
        Assert.Equal(version is null ? null : Version.Parse(version), MappedFiles.VersionOf(text));

    [Theory]
    [InlineData("dotnet\0exec\0--depsfile\0a.json\0/srv/My.App.dll\0--x\0", "My.App")]
    [InlineData("dotnet\0run\0", null)]
    [InlineData("", null)]
    public void A_program_of_the_shared_host_is_called_by_its_assembly(string arguments, string? name) =>
        Assert.Equal(name, ProgramName.FromArguments(Encoding.UTF8.GetBytes(arguments)));

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(0, 0, false)]
    [InlineData((1 << 20) - 20, 1, true)]
    [InlineData((1 << 20) - 4, 1, true)]
    [InlineData((2 << 20) + 5, 1, true)]
    public void A_single_file_program_has_its_mark_and_a_place_of_content(int at, byte place, bool single)
    {
        byte[] marker = Convert.FromHexString("8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae");
        byte[] file = [.. new byte[at], place, 0, 0, 0, 0, 0, 0, 0, .. marker, .. new byte[100]];
        Assert.Equal(single, Recognition.IsSingleFile(new MemoryStream(file)));
    }

    [Fact]
    public void This_process_runs_on_the_runtime_and_a_shell_does_not()
    {
        Assert.True(Recognition.RunsOnCoreClr(Environment.ProcessId));
        Assert.False(Recognition.RunsOnCoreClr(1 << 22));
    }
}
