namespace HotpatchBuild.Formats.Diagnostics;

/// <summary>What a command ends with; scripts rely on these numbers, so they never change.</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>The command line, a file name or an option is wrong.</summary>
    Usage = 1,

    /// <summary>The change or the delta is refused; nothing was changed.</summary>
    Refused = 2,

    /// <summary>No such process, or no permission for it.</summary>
    NoTarget = 3,

    /// <summary>A signature or a checksum does not hold.</summary>
    Integrity = 4,

    /// <summary>No safe moment was found in time; nothing was changed.</summary>
    NoSafeMoment = 5,
}
