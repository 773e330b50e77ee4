using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.PatchImages;

/// <summary>What can be wrong with a native patch image (HPB31xx).</summary>
public static class ImageDiagnostics
{
    private const string MakeAgain = "Get the delta again from where it was built, or build it again.";

    /// <summary>The bytes are no PE32+ image for x64.</summary>
    public static readonly DiagnosticDescriptor NotAnImage = new(
        "HPB3101", "Not a patch image", "The patch image is not a PE32+ file for x64: {0}.", MakeAgain, ExitCode.Integrity)
        { Why = "A patch image is a PE32+ file for x64, whatever the operating system, and nothing else is read as one." };

    /// <summary>The sections of the file are not those of a patch image.</summary>
    public static readonly DiagnosticDescriptor BadSections = new(
        "HPB3102", "Wrong sections in a patch image", "The patch image's sections are not as they must be: {0}.", MakeAgain, ExitCode.Integrity)
        { Why = "Code, data, unwind information and the patch table stand in sections of fixed names; where one is missing or too many, the meaning is unknown." };

    /// <summary>The table section can't be read.</summary>
    public static readonly DiagnosticDescriptor BadTable = new(
        "HPB3103", "Damaged table in a patch image", "The patch image's table is damaged at byte {0}: {1}.", MakeAgain, ExitCode.Integrity)
        { Why = "The table is read with every offset and count checked, before anything is written to a process." };

    /// <summary>The table was written by a newer version.</summary>
    public static readonly DiagnosticDescriptor UnknownVersion = new(
        "HPB3104", "Patch image of another version", "The patch image has table version {0}; this program reads version {1}.", "Update HotpatchBuild.Tool.", ExitCode.Integrity)
        { Why = "The table of a patch image has a version, and fields of another version mean other things." };

    /// <summary>The parts of the image contradict each other.</summary>
    public static readonly DiagnosticDescriptor Inconsistent = new(
        "HPB3105", "Inconsistent patch image", "The patch image contradicts itself: {0}.", MakeAgain, ExitCode.Integrity)
        { Why = "Two statements of the image cannot both hold, so neither is trusted." };

    /// <summary>Recorded original bytes and their hash differ.</summary>
    public static readonly DiagnosticDescriptor OriginalHashDiffers = new(
        "HPB3106", "Original bytes altered", "The original bytes that the patch image records for {0} do not have the recorded SHA-256.", MakeAgain, ExitCode.Integrity)
        { Why = "The original bytes tell whether a function in the process is the one that the delta was made against." };

    /// <summary>The image is larger than what is ever read.</summary>
    public static readonly DiagnosticDescriptor TooLarge = new(
        "HPB3107", "Patch image too large", "The patch image has {0} bytes; at most {1} are accepted.", "Ship the full build at the next restart.", ExitCode.Refused)
        { Why = "An image is read into memory and copied to the process, so there is a limit to its size." };
}
