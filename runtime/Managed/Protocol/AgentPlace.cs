using System;
using System.Globalization;
using System.Text;

namespace HotpatchBuild.Protocol;

/// <summary>Where the agent of a process listens: both sides come to the same name by themselves.</summary>
internal static class AgentPlace
{
    /// <summary>The socket's name in the agent's folder.</summary>
    public const string SocketName = "agent.sock";

    /// <summary>How names of agents' folders begin.</summary>
    public const string FolderPrefix = "hotpatch-";

    /// <summary>The agent's assembly.</summary>
    public const string AgentAssembly = "HotpatchBuild.Agent";

    /// <summary>The type that starts it, and its method.</summary>
    public const string AgentEntryType = "HotpatchBuild.Agent.Channel.AgentEntry", AgentEntryMethod = "Start";

    /// <summary>The assembly that the runtime is told to call.</summary>
    public const string HookAssembly = "HotpatchBuild.Hook";

    /// <summary>The profiler's file.</summary>
    public const string ProfilerFile = "libhotpatch.so";

    /// <summary>The folder's name.</summary>
    /// <param name="pid">The process's id as it sees itself.</param>
    /// <param name="startTime">Clock ticks from boot to its start: a later process with the same id has another folder.</param>
    public static string FolderName(int pid, ulong startTime) => string.Create(CultureInfo.InvariantCulture, $"{FolderPrefix}{pid}-{startTime}");

    /// <summary>The folder for temporary files of a process, which is also where the runtime's diagnostics socket lies.</summary>
    /// <param name="environment">Its <c>/proc/pid/environ</c>: what it was started with, whatever it has set for itself since.</param>
    public static string TempFolder(ReadOnlySpan<byte> environment) => Variable(environment, "TMPDIR") is ['/', ..] folder ? folder : "/tmp";

    /// <summary>The value of an environment variable, or null.</summary>
    /// <param name="environment"><c>/proc/pid/environ</c>.</param>
    /// <param name="name">The variable's name.</param>
    public static string? Variable(ReadOnlySpan<byte> environment, string name)
    {
        Span<byte> prefix = stackalloc byte[name.Length + 1];
        prefix = prefix[..Encoding.ASCII.GetBytes(name + "=", prefix)];
        while (!environment.IsEmpty)
        {
            var end = environment.IndexOf((byte)0);
            var entry = end < 0 ? environment : environment[..end];
            if (entry.StartsWith(prefix))
                return Encoding.UTF8.GetString(entry[prefix.Length..]);
            environment = end < 0 ? default : environment[(end + 1)..];
        }
        return null;
    }

    /// <summary>Field 22 of <c>/proc/pid/stat</c> (proc_pid_stat(5)), or null where the text has none.</summary>
    public static ulong? StartTime(string stat)
    {
        // The name is in brackets and may itself contain brackets and blanks; what follows the last bracket begins with field 3.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 22 - 3 && ulong.TryParse(fields[22 - 3], NumberStyles.None, CultureInfo.InvariantCulture, out var start) ? start : null;
    }
}
