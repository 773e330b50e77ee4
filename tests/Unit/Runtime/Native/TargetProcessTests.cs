using System.Globalization;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Tests.Unit.Runtime.Native;

public sealed class TargetProcessTests
{
    [Fact]
    public void AProcessIsIdentified()
    {
        using NativeTarget native = NativeTarget.Start("sleep", "2");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        Assert.Equal(native.Pid, target.Pid);
        Assert.Equal("target", target.Name);
        Assert.Equal(NativeTarget.ProgramPath, target.ExecutablePath);
        Assert.True(target.StartTime > 0);
        Mapping text = target.ReadMappings().Single(mapping => mapping.Start <= native.Values["victim"] && native.Values["victim"] < mapping.End);
        Assert.True(text.Executable);
        Assert.False(text.Writable);
        Assert.Equal(NativeTarget.ProgramPath, text.Path);
        using FileStream executable = target.OpenExecutable();
        Assert.Equal(new FileInfo(NativeTarget.ProgramPath).Length, executable.Length);
        // What the bias says about a symbol: victim's bytes stand in the file where the mapping says.
        byte[] inFile = new byte[8], inMemory = new byte[8];
        executable.Position = (long)(native.Values["victim"] - text.Start + text.Offset);
        executable.ReadExactly(inFile);
        target.Read(native.Values["victim"], inMemory);
        Assert.Equal(inFile, inMemory);
        Assert.Equal(target.ReadMappings().First(mapping => mapping.Path == NativeTarget.ProgramPath).Start, target.LoadBias);
        Assert.Contains(ProcessList.Enumerate(), process => process.Pid == native.Pid && process.Name == "target" && process.Executable == NativeTarget.ProgramPath
            && process.Started > DateTimeOffset.UtcNow.AddMinutes(-5) && process.Started < DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Fact]
    public void CodeIsWrittenThoughItsPagesAreReadOnly()
    {
        using NativeTarget native = NativeTarget.Start("sleep");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        ulong address = native.Values["spinner"] + 8;
        target.Write(address, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        Assert.Equal(0x0807060504030201UL, target.ReadWord(address));
        target.Store(address, 42);
        Assert.Equal(42UL, target.ReadWord(address));
        Assert.Throws<ArgumentException>(() => target.Store(address + 4, 42));
    }

    [Fact]
    public void MemoryThatIsNotMappedIsAnError()
    {
        using NativeTarget native = NativeTarget.Start("sleep");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        foreach (ulong address in (ulong[])[0, 8, 1UL << 62, ulong.MaxValue - 7, target.ReadMappings().First(mapping => mapping.Path == "[heap]").End - 4])
        {
            Assert.Equal("HPB4009", Assert.Throws<HotpatchException>(() => target.ReadWord(address)).Failure.Id);
            Assert.Equal("HPB4009", Assert.Throws<HotpatchException>(() => target.Write(address, new byte[8])).Failure.Id);
        }
    }

    [Fact]
    public void ADeletedProgramIsStillRead()
    {
        string copy = Path.Combine(Path.GetTempPath(), "hotpatch-deleted-" + Guid.NewGuid().ToString("N"));
        File.Copy(NativeTarget.ProgramPath, copy);
        using NativeTarget native = NativeTarget.StartThrough(copy, "sleep");
        File.Delete(copy);
        using TargetProcess target = TargetProcess.Open(native.Pid);
        Assert.EndsWith(" (deleted)", target.ExecutablePath);
        using FileStream executable = target.OpenExecutable();
        Assert.True(executable.Length > 0);
    }

    [Theory]
    [InlineData(0, "HPB4001")]
    [InlineData(-1, "HPB4001")]
    [InlineData(int.MaxValue, "HPB4001")]
    public void WhatIsNoProgramIsRefused(int pid, string id)
    {
        Failure failure = Assert.Throws<HotpatchException>(() => TargetProcess.Open(pid)).Failure;
        Assert.Equal((id, ExitCode.NoTarget), (failure.Id, failure.ExitCode));
    }

    [Fact]
    public void ThisProcessIsRefused() =>
        Assert.Equal("HPB4013", Assert.Throws<HotpatchException>(() => TargetProcess.Open(Environment.ProcessId)).Failure.Id);

    [Fact]
    public void AThreadsIdIsNoProcess()
    {
        using NativeTarget native = NativeTarget.Start("sleep", "1");
        int tid = Directory.EnumerateDirectories($"/proc/{native.Pid}/task").Select(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)).Single(id => id != native.Pid);
        Assert.Equal("HPB4001", Assert.Throws<HotpatchException>(() => TargetProcess.Open(tid)).Failure.Id);
    }

    [Fact]
    public void AnExitedProcessIsNeverMixedUpWithAnother()
    {
        using NativeTarget native = NativeTarget.Start("sleep");
        using TargetProcess target = TargetProcess.Open(native.Pid);
        native.Tell("exit");
        NativeTarget.Until(() => native.Exited, "the target exits");
        Assert.Equal("HPB4002", Assert.Throws<HotpatchException>(target.EnsureSame).Failure.Id);
        Assert.Equal("HPB4002", Assert.Throws<HotpatchException>(() => target.ReadWord(native.Values["victim"])).Failure.Id);
    }

    [Fact]
    public void AZombieHasExited()
    {
        using NativeTarget native = NativeTarget.Start("zombie");
        int child = (int)native.Values["child"];
        Assert.Equal("HPB4002", Assert.Throws<HotpatchException>(() => TargetProcess.Open(child)).Failure.Id);
    }

    [Fact]
    public void AMappingIsReadFromItsLine()
    {
        Assert.Equal(new Mapping(0x55d0, 0x66e0, "r-xp", 0x1000, "/opt/my app (deleted)"), Mapping.Parse("55d0-66e0 r-xp 00001000 fd:01 123                        /opt/my app (deleted)"));
        Assert.Equal(new Mapping(0x1000, 0x2000, "rw-p", 0, ""), Mapping.Parse("1000-2000 rw-p 00000000 00:00 0 "));
        foreach (string line in (string[])["", "x", "1-2", "2000-1000 rw-p 0 0 0", "zz-yy rw-p 0 0 0", "1000-2000 rw-p zz 0 0"])
            Assert.Null(Mapping.Parse(line));
    }
}
