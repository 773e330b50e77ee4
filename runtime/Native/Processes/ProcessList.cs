using System.Globalization;

namespace HotpatchBuild.Runtime.Native.Processes;

/// <summary>A process as <c>hotpatch ps</c> shows it.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="Name">Name of the program's file, or the process's own name where the file can't be seen.</param>
/// <param name="Started">When it was started.</param>
/// <param name="UserId">Effective user.</param>
/// <param name="Executable">Path of the program as the kernel gives it (with <c> (deleted)</c> behind it where it was), or empty without permission.</param>
public sealed record ProcessSummary(int Pid, string Name, DateTimeOffset Started, uint UserId, string Executable);

/// <summary>The processes of this machine, as far as /proc shows them.</summary>
public static class ProcessList
{
    // USER_HZ is 100 on every x86-64 kernel (include/asm-generic/param.h); sysconf(_SC_CLK_TCK) answers the same constant.
    private const long TicksPerSecond = 100;

    /// <summary>Lists the programs that run, by pid; threads of the kernel, zombies and this process itself are left out.</summary>
    public static IEnumerable<ProcessSummary> Enumerate()
    {
        DateTimeOffset boot = BootTime();
        IEnumerable<int> pids = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int pid) ? pid : 0)
            .Where(pid => pid > 0 && pid != Environment.ProcessId)
            .Order();
        foreach (int pid in pids)
        {
            if (ProcessStatus.Read(pid) is not { KernelThread: false, Zombie: false } status)
                continue;
            string executable = ExecutablePath(pid);
            string name = executable.Length == 0 ? status.Name : Path.GetFileName(executable.Replace(" (deleted)", "", StringComparison.Ordinal));
            yield return new ProcessSummary(pid, name, boot.AddSeconds((double)status.StartTime / TicksPerSecond), status.UserId, executable);
        }
    }

    /// <summary>What the link /proc/pid/exe says, or an empty text.</summary>
    internal static string ExecutablePath(int pid)
    {
        try
        {
            return new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/exe")).LinkTarget ?? "";
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static DateTimeOffset BootTime()
    {
        foreach (string line in File.ReadLines("/proc/stat"))
            if (line.StartsWith("btime ", StringComparison.Ordinal) && long.TryParse(line.AsSpan(6), CultureInfo.InvariantCulture, out long seconds))
                return DateTimeOffset.FromUnixTimeSeconds(seconds);
        return DateTimeOffset.UnixEpoch;
    }
}
