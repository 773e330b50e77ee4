using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Runtime.Native.Engine;

/// <summary>Why the native engine refuses (HPB45xx).</summary>
internal static class EngineDiagnostics
{
    /// <summary>Another build.</summary>
    public static readonly DiagnosticDescriptor WrongBuild = new(
        "HPB4501", "Delta of another build",
        "The delta is for build {1} of {2}, and {0} runs build {3}.",
        "Use the delta that was made against the running build; 'hotpatch ps' shows each process's build.", ExitCode.Refused)
        { Why = "Addresses and original bytes of a delta are those of one executable, which its build-id names." };

    /// <summary>No native part.</summary>
    public static readonly DiagnosticDescriptor NoNativeModule = new(
        "HPB4502", "Delta without a native part",
        "The delta has no part for a NativeAOT executable.",
        "Apply it to a CoreCLR process, or make the delta from the NativeAOT build.", ExitCode.Refused)
        { Why = "NativeAOT processes are patched with x64 code, and the delta has IL only." };

    /// <summary>Memory isn't the baseline.</summary>
    public static readonly DiagnosticDescriptor OriginalBytes = new(
        "HPB4503", "Function is not as it was built",
        "The body of {1} in {0} differs from the baseline's at offset {2}.",
        "Detach debuggers and other tools that change code, or restart the process with the full build.", ExitCode.Refused)
        { Why = "The hash of each function's bytes is compared before it is redirected. A difference means a breakpoint, another tool, or memory that was damaged." };

    /// <summary>A patch point outside the program.</summary>
    public static readonly DiagnosticDescriptor PatchPointOutside = new(
        "HPB4504", "Patch point outside the program",
        "The delta's patch point for {1} at 0x{2:x} cannot be one in {0}.",
        "Make the delta again; this one does not fit the build that it names.", ExitCode.Refused)
        { Why = "A patch point must be an aligned entry in the program's managed code." };

    /// <summary>The image contradicts itself.</summary>
    public static readonly DiagnosticDescriptor BadImage = new(
        "HPB4505", "Patch image contradicts itself",
        "The delta's patch image is not usable: {0}.",
        "Make the delta again.", ExitCode.Integrity)
        { Why = "Everything in a delta is checked before the process is touched, and this cannot be right." };

    /// <summary>A 32-bit distance is too short.</summary>
    public static readonly DiagnosticDescriptor OutOfReach = new(
        "HPB4506", "Address out of reach",
        "The delta's {0} at offset 0x{1:x} does not reach its target.",
        "Make the delta again; this one does not fit the build that it names.", ExitCode.Refused)
        { Why = "Jumps and references in x64 code reach 2 GiB." };

    /// <summary>A word is neither ours nor the original.</summary>
    public static readonly DiagnosticDescriptor ForeignWord = new(
        "HPB4507", "Patch point changed by something else",
        "The entry of {1} in {0} was changed by something other than hotpatch.",
        "Detach debuggers and other tools that change code, or restart the process with the full build.", ExitCode.Refused)
        { Why = "The word at the entry is neither the program's own nor one that hotpatch wrote, so replacing it could break what is there." };

    /// <summary>A second tool.</summary>
    public static readonly DiagnosticDescriptor Busy = new(
        "HPB4508", "Another hotpatch command at work",
        "Another hotpatch command is changing {0} right now.",
        "Wait for it to end and try again.", ExitCode.NoSafeMoment)
        { Why = "One change at a time is made to a process, so that each is all or nothing." };

    /// <summary>Same patch point twice.</summary>
    public static readonly DiagnosticDescriptor SamePatchPoint = new(
        "HPB4509", "Two functions for one patch point",
        "The delta replaces the function at 0x{0:x} twice.",
        "Make the delta again.", ExitCode.Integrity)
        { Why = "An entry can lead to one new function only." };
}
