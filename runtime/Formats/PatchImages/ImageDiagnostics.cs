using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.PatchImages;

/// <summary>What can be wrong with a native patch image (HPB31xx).</summary>
public static class ImageDiagnostics
{
    private const string MakeAgain = "Get the delta again from where it was built, or build it again.";

    /// <summary>The bytes are no PE32+ image for x64.</summary>
    public static readonly DiagnosticDescriptor NotAnImage = new(
        "HPB3101", "Not a patch image", "The patch image is not a PE32+ file for x64: {0}.", MakeAgain, ExitCode.Integrity);

    /// <summary>The sections of the file are not those of a patch image.</summary>
    public static readonly DiagnosticDescriptor BadSections = new(
        "HPB3102", "Wrong sections in a patch image", "The patch image's sections are not as they must be: {0}.", MakeAgain, ExitCode.Integrity);

    /// <summary>The table section can't be read.</summary>
    public static readonly DiagnosticDescriptor BadTable = new(
        "HPB3103", "Damaged table in a patch image", "The patch image's table is damaged at byte {0}: {1}.", MakeAgain, ExitCode.Integrity);

    /// <summary>The table was written by a newer version.</summary>
    public static readonly DiagnosticDescriptor UnknownVersion = new(
        "HPB3104", "Patch image of another version", "The patch image has table version {0}; this program reads version {1}.", "Update HotpatchBuild.Tool.", ExitCode.Integrity);

    /// <summary>The parts of the image contradict each other.</summary>
    public static readonly DiagnosticDescriptor Inconsistent = new(
        "HPB3105", "Inconsistent patch image", "The patch image contradicts itself: {0}.", MakeAgain, ExitCode.Integrity);

    /// <summary>Recorded original bytes and their hash differ.</summary>
    public static readonly DiagnosticDescriptor OriginalHashDiffers = new(
        "HPB3106", "Original bytes altered", "The original bytes that the patch image records for {0} do not have the recorded SHA-256.", MakeAgain, ExitCode.Integrity);

    /// <summary>The image is larger than what is ever read.</summary>
    public static readonly DiagnosticDescriptor TooLarge = new(
        "HPB3107", "Patch image too large", "The patch image has {0} bytes; at most {1} are accepted.", "Ship the full build at the next restart.", ExitCode.Refused);
}
