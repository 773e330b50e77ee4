using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.PatchImages.Managed;

/// <summary>What can be wrong with a managed patch image (HPB3401 to HPB3419).</summary>
public static class ManagedImageDiagnostics
{
    private const string MakeAgain = "Get the delta again from where it was built, or build it again.";

    /// <summary>The bytes are no assembly.</summary>
    public static readonly DiagnosticDescriptor NotAnAssembly = new(
        "HPB3401", "Not a managed patch image", "The patch image {0} is not a .NET assembly: {1}.", MakeAgain, ExitCode.Integrity)
        { Why = "The patch image of a managed module is an ordinary assembly." };

    /// <summary>The table's resource is missing.</summary>
    public static readonly DiagnosticDescriptor NoTable = new(
        "HPB3402", "Managed patch image without a table", "The patch image {0} has no table: {1}.", MakeAgain, ExitCode.Integrity)
        { Why = "The table in the assembly's resources says which methods are redirected to which." };

    /// <summary>The table can't be read.</summary>
    public static readonly DiagnosticDescriptor BadTable = new(
        "HPB3403", "Damaged table in a managed patch image", "A managed patch image's table is damaged at byte {0}: {1}.", MakeAgain, ExitCode.Integrity)
        { Why = "The table is read with every offset and count checked, before anything is given to a process." };

    /// <summary>The table was written by a newer version.</summary>
    public static readonly DiagnosticDescriptor UnknownVersion = new(
        "HPB3404", "Managed patch image of another version", "A managed patch image has table version {0}; this program reads version {1}.", "Update HotpatchBuild.Tool.", ExitCode.Integrity)
        { Why = "The table of a patch image has a version, and fields of another version mean other things." };

    /// <summary>The parts of the image contradict each other.</summary>
    public static readonly DiagnosticDescriptor Inconsistent = new(
        "HPB3405", "Inconsistent managed patch image", "The managed patch image {0} contradicts itself: {1}.", MakeAgain, ExitCode.Integrity)
        { Why = "Two statements of the image cannot both hold, so neither is trusted." };

    /// <summary>The image is larger than what is ever read.</summary>
    public static readonly DiagnosticDescriptor TooLarge = new(
        "HPB3407", "Managed patch image too large", "The patch image {0} has {1} bytes; at most {2} are accepted.", "Ship the full build at the next restart.", ExitCode.Refused)
        { Why = "An image is read into memory and sent to the process, so there is a limit to its size." };
}
