using System.Globalization;

namespace HotpatchBuild.Runtime.Managed.Processes;

/// <summary>Programs that have their runtime inside their executable.</summary>
public static class SingleFile
{
    /// <summary>What messages call a process that is such a program; null for any other.</summary>
    /// <param name="pid">Process id.</param>
    public static string? Label(int pid)
    {
        try
        {
            using var executable = File.OpenRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/exe"));
            return Recognition.IsSingleFile(executable) ? string.Create(CultureInfo.InvariantCulture, $"process {pid} ({ProgramName.Of(pid, "")})") : null;
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
