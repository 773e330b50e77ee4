using System.Globalization;
using System.Runtime.InteropServices;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Runtime.Native.Processes;
using HotpatchBuild.Tool.Engines;
using HotpatchBuild.Tool.Output;

namespace HotpatchBuild.Tool.Commands;

/// <summary>What <c>doctor</c> looks at.</summary>
internal static class Doctor
{
    private const string YamaFile = "/proc/sys/kernel/yama/ptrace_scope";
    private const int SysPtrace = 19; // CAP_SYS_PTRACE, include/uapi/linux/capability.h

    public static DoctorCheck Machine() => RuntimeInformation.ProcessArchitecture == Architecture.X64 && OperatingSystem.IsLinux()
        ? new DoctorCheck("machine", true, "Linux on x86-64", null)
        : new DoctorCheck("machine", false, $"{RuntimeInformation.OSDescription} on {RuntimeInformation.ProcessArchitecture}", "Only processes on Linux x86-64 can be patched.");

    public static DoctorCheck User()
    {
        var uid = ProcessStatus.Read(Environment.ProcessId)?.UserId ?? uint.MaxValue;
        return HasSysPtrace()
            ? new DoctorCheck("user", true, $"user {uid} may trace every process (CAP_SYS_PTRACE)", null)
            : new DoctorCheck("user", true, $"user {uid} may patch processes of their own; others need root", null);
    }

    public static DoctorCheck PtraceScope()
    {
        var scope = ReadNumber(YamaFile);
        return scope switch
        {
            null => new DoctorCheck("ptrace", true, "the kernel has no further restriction (no yama)", null),
            0 => new DoctorCheck("ptrace", true, "kernel.yama.ptrace_scope is 0", null),
            3 => new DoctorCheck("ptrace", false, "kernel.yama.ptrace_scope is 3: nobody may trace until the next boot", "Boot with a lower value."),
            _ when HasSysPtrace() => new DoctorCheck("ptrace", true, $"kernel.yama.ptrace_scope is {scope}, which CAP_SYS_PTRACE overrides", null),
            _ => new DoctorCheck(
                "ptrace", false, $"kernel.yama.ptrace_scope is {scope}: a user may not trace processes that are not their children",
                "Run hotpatch as root, or set kernel.yama.ptrace_scope to 0."),
        };
    }

    public static DoctorCheck Container() => File.Exists("/.dockerenv") || File.Exists("/run/.containerenv")
        ? new DoctorCheck("container", true, HasSysPtrace() ? "in a container that may trace" : "in a container; processes of other users need the capability SYS_PTRACE", null)
        : new DoctorCheck("container", true, "not in a container, as far as can be seen", null);

    public static DoctorCheck Processes()
    {
        var count = PatchableProcess.Among(ProcessList.Enumerate()).Count();
        return new DoctorCheck(
            "processes", count > 0, count == 0 ? "no running process that can be seen was built for hotpatches or runs on CoreCLR" : $"{Phrases.Count(count, "process").Replace("processs", "processes", StringComparison.Ordinal)} can be patched",
            count > 0 ? null : "Build the program with -p:EmitHotpatch=true and start that build.");
    }

    public static IEnumerable<DoctorCheck> Process(int pid)
    {
        List<DoctorCheck> checks = [];
        try
        {
            using var process = ProcessEngines.Open(pid, EngineSettings.Reading);
            foreach (var check in process.Examine())
                checks.Add(check);
        }
        catch (HotpatchException e)
        {
            checks.Add(new DoctorCheck($"process {pid}", false, e.Failure.What, e.Failure.WhatToDo));
        }
        return checks;
    }

    private static bool HasSysPtrace()
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("CapEff:", StringComparison.Ordinal)
                && ulong.TryParse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var effective))
                return (effective >> SysPtrace & 1) != 0;
        }
        return false;
    }

    private static int? ReadNumber(string path)
    {
        try
        {
            return int.Parse(File.ReadAllText(path).AsSpan().Trim(), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // A kernel without that module has no such file.
            return null;
        }
    }
}
