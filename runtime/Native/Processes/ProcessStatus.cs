using System.Globalization;

namespace HotpatchBuild.Runtime.Native.Processes;

/// <summary>What /proc says about a process or thread to everybody, without any permission for it (proc_pid_stat(5), proc_pid_status(5)).</summary>
/// <param name="Pid">Process or thread id.</param>
/// <param name="Name">Its name (comm, 15 bytes at most).</param>
/// <param name="State">One letter: R, S, D (in a system call that can't be interrupted), T, t, Z (zombie), X.</param>
/// <param name="StartTime">Clock ticks from boot to its start: with the pid it names one process for ever.</param>
/// <param name="UserId">Effective user.</param>
/// <param name="TracerPid">The process that traces it, or 0.</param>
/// <param name="KernelThread">It has no program of its own.</param>
/// <param name="PidNamespaces">How many pid namespaces below ours it is in: 0 for the one that we see.</param>
public sealed record ProcessStatus(int Pid, string Name, char State, ulong StartTime, uint UserId, int TracerPid, bool KernelThread, int PidNamespaces)
{
    private const uint PfKernelThread = 0x00200000; // include/linux/sched.h, printed as field 9 of stat

    /// <summary>It has ended, and its parent has not looked yet.</summary>
    public bool Zombie => State is 'Z' or 'X';

    /// <summary>Reads it.</summary>
    /// <param name="pid">Process or thread id.</param>
    /// <returns>Null when there is no such process.</returns>
    public static ProcessStatus? Read(int pid) => ReadFolder(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}"), pid);

    /// <summary>Reads one thread of a process.</summary>
    /// <param name="pid">Process id.</param>
    /// <param name="tid">Thread id.</param>
    /// <returns>Null when there is no such thread.</returns>
    public static ProcessStatus? ReadThread(int pid, int tid) => ReadFolder(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{tid}"), tid);

    private static ProcessStatus? ReadFolder(string folder, int pid)
    {
        string stat;
        string[] status;
        try
        {
            stat = File.ReadAllText(folder + "/stat");
            status = File.ReadAllLines(folder + "/status");
        }
        catch (IOException)
        {
            // ENOENT before the open and ESRCH behind it mean the same: it is gone.
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            // A /proc mounted with hidepid=1 shows the folder and denies the files.
            return null;
        }

        // The name is in brackets and may itself contain brackets and blanks; what follows the last bracket is numbers.
        int open = stat.IndexOf('(', StringComparison.Ordinal), close = stat.LastIndexOf(')');
        if (open < 0 || close < open)
            return null;
        string[] fields = stat[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // fields[0] is field 3 of the manual page.
        if (fields.Length < 20
            || !uint.TryParse(fields[9 - 3], CultureInfo.InvariantCulture, out uint flags)
            || !ulong.TryParse(fields[22 - 3], CultureInfo.InvariantCulture, out ulong start))
            return null;

        uint user = 0;
        int tracer = 0, namespaces = 0;
        foreach (string line in status)
        {
            string[] values = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            switch (values)
            {
                case ["Uid:", _, string effective, ..]:
                    _ = uint.TryParse(effective, CultureInfo.InvariantCulture, out user);
                    break;
                case ["TracerPid:", string value]:
                    _ = int.TryParse(value, CultureInfo.InvariantCulture, out tracer);
                    break;
                case ["NSpid:", ..]:
                    namespaces = values.Length - 2;
                    break;
                default:
                    break;
            }
        }

        return new ProcessStatus(pid, stat[(open + 1)..close], fields[0][0], start, user, tracer, (flags & PfKernelThread) != 0, namespaces);
    }
}
