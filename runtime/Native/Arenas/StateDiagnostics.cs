using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Runtime.Native.Arenas;

/// <summary>What can be wrong with a process's arena and the state in it (HPB44xx).</summary>
internal static class StateDiagnostics
{
    /// <summary>Bytes that no tool of ours wrote.</summary>
    public static readonly DiagnosticDescriptor Damaged = new(
        "HPB4401", "Hotpatch state damaged",
        "The hotpatch state in the process is damaged ({0}).",
        "Leave the process as it is and restart it with the full build.", ExitCode.Refused)
        { Why = "What was loaded and patched is recorded in the process itself. With a damaged record neither a patch nor a rollback is safe." };

    /// <summary>Written by a tool that knows more.</summary>
    public static readonly DiagnosticDescriptor NewerLayout = new(
        "HPB4402", "Hotpatch state of a newer tool",
        "The hotpatch state in the process has layout {0}; this tool knows layout {1}.",
        "Use the version of hotpatch that wrote it, or a newer one.", ExitCode.Refused)
        { Why = "A newer tool may have recorded what this one does not know, and changing it could break the rollback." };

    /// <summary>The arena cannot hold even the state.</summary>
    public static readonly DiagnosticDescriptor ArenaTooSmall = new(
        "HPB4403", "Arena too small",
        "The arena's data region has {0} bytes, too few for the hotpatch state.",
        "Build the program with a larger arena.", ExitCode.Refused)
        { Why = "The records of what is patched lie at the beginning of the data region." };

    /// <summary>Another tool changed it all the time while we read it.</summary>
    public static readonly DiagnosticDescriptor Changing = new(
        "HPB4404", "Hotpatch state keeps changing",
        "The hotpatch state in the process changed each time it was read.",
        "Wait for the other hotpatch command to end and try again.", ExitCode.NoSafeMoment)
        { Why = "Someone else is writing the state, and it was never the same twice." };

    /// <summary>No room for more records.</summary>
    public static readonly DiagnosticDescriptor RecordsFull = new(
        "HPB4405", "Hotpatch records full",
        "The records of what was loaded need {0} bytes and the process has room for {1}.",
        "Restart the process with the full build; the running code stays as it is.", ExitCode.Refused)
        { Why = "Records are only added, since return addresses and stack traces can lead into old patches for as long as the process runs." };

    /// <summary>The image does not fit.</summary>
    public static readonly DiagnosticDescriptor ArenaFull = new(
        "HPB4406", "Arena full",
        "The arena's {0} is full: the delta needs {1} {2} and {3} are left.",
        "Restart the process with the full build; the running code stays as it is.", ExitCode.Refused)
        { Why = "Space for patches is never used twice, since return addresses and stack traces can lead into old patches for as long as the process runs." };

    /// <summary>The unwind table in memory is not the one that the state describes.</summary>
    public static readonly DiagnosticDescriptor UnwindTable = new(
        "HPB4407", "Unwind table unexpected",
        "The process's unwind table is not as it should be ({0}).",
        "Leave the process as it is and restart it with the full build.", ExitCode.Refused)
        { Why = "New functions are entered into the table by which exceptions and collections walk stacks; a table of another form is not touched." };

    /// <summary>More types with static references than blocks.</summary>
    public static readonly DiagnosticDescriptor NoStaticBlock = new(
        "HPB4410", "No room for static fields",
        "The delta brings {1} static fields with references of {2}, and none of the {3} blocks that {0} reserves for such fields is free and large enough.",
        "Restart the process with the full build; the running code stays as it is.", ExitCode.Refused)
        { Why = "Objects that static fields refer to must be known to the garbage collector, and it knows what the process allocated when it started. Room that was given to a delta is never used again: old code may still use it." };

    /// <summary>What should be a block is none.</summary>
    public static readonly DiagnosticDescriptor BadStaticBlock = new(
        "HPB4411", "Room for static fields is not as it should be",
        "The block at 0x{1:x} in which {0} has room for static fields is not as it was made: {2}.",
        "Try again when the process has started; otherwise restart it with the full build.", ExitCode.Refused)
        { Why = "The garbage collector reads the block by its MethodTable: what is written where no block is would be lost, or would destroy something." };
}
