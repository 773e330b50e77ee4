using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.Arenas;

/// <summary>What can be wrong with a program's reserved space: HPB3010 to HPB3019. Argument 0 is the program's name.</summary>
public static class ArenaDiagnostics
{
    /// <summary>No reserved space.</summary>
    public static readonly DiagnosticDescriptor Missing = new(
        "HPB3010", "No reserved space", "{0} has no space reserved for hotpatches: it was not built with EmitHotpatch.",
        "Build it with -p:EmitHotpatch=true and start that build; a program built without cannot be patched.", ExitCode.Refused)
        { Why = "New code has to lie in the one range that the native runtime takes for managed code, so the room for it must be linked in." };

    /// <summary>The note is of another version.</summary>
    public static readonly DiagnosticDescriptor UnknownVersion = new(
        "HPB3011", "Unknown layout of the reserved space", "{0} reserves its space in layout version {1}, and this tool knows version {2}.",
        "Use the version of the hotpatch tool that belongs to the HotpatchBuild package of the build.", ExitCode.Refused)
        { Why = "The reserved space is described by a note with a version, and another version means another layout." };

    /// <summary>The note makes no sense.</summary>
    public static readonly DiagnosticDescriptor Malformed = new(
        "HPB3012", "Damaged note of the reserved space", "{0} describes its reserved space wrongly: {1}.", "Copy or build the file again.", ExitCode.Integrity)
        { Why = "Writing into a space that is described wrongly could overwrite the program." };

    /// <summary>The unwind table is not one that can be extended.</summary>
    public static readonly DiagnosticDescriptor UnwindTable = new(
        "HPB3013", "Unwind table cannot be extended", "The unwind table of {0} cannot take new entries: {1}.",
        "Link with GNU ld or lld and without options that change .eh_frame_hdr.", ExitCode.Refused)
        { Why = "Every new function needs an entry in the sorted unwind table (.eh_frame_hdr), or exceptions and collections cannot walk through it." };
}
