using System.Globalization;
using System.Text;
using HotpatchBuild.Runtime.Native.Processes;

namespace HotpatchBuild.Runtime.Managed.Processes;

/// <summary>What people call a program that runs on CoreCLR.</summary>
public static class ProgramName
{
    private const string SharedHost = "dotnet";

    /// <summary>The name.</summary>
    /// <param name="pid">Process id.</param>
    /// <param name="otherwise">Where it cannot be seen.</param>
    /// <returns>The executable's name, or the assembly's where the executable is the shared host.</returns>
    public static string Of(int pid, string otherwise)
    {
        var executable = Path.GetFileName(ProcessList.ExecutablePath(pid).Replace(" (deleted)", "", StringComparison.Ordinal));
        if (executable.Length > 0 && executable != SharedHost)
            return executable;
        try
        {
            return FromArguments(File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline")))
                ?? (executable.Length > 0 ? executable : otherwise);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return executable.Length > 0 ? executable : otherwise;
        }
    }

    /// <summary>The assembly in a command line of the shared host: the first argument that is one.</summary>
    internal static string? FromArguments(ReadOnlySpan<byte> arguments)
    {
        foreach (var argument in Encoding.UTF8.GetString(arguments).Split('\0').Skip(1))
        {
            if (argument.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
                return Path.GetFileNameWithoutExtension(argument);
        }
        return null;
    }
}
