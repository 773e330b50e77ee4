using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.PatchImages.Managed;

/// <summary>What can be wrong with a managed patch image (HPB3401 to HPB3419).</summary>
public static class ManagedImageDiagnostics
{
    private const string MakeAgain = "Get the delta again from where it was built, or build it again.";

    /// <summary>The bytes are no assembly.</summary>
    public static readonly DiagnosticDescriptor NotAnAssembly = new(
        "HPB3401", "Not a managed patch image", "The patch image {0} is not a .NET assembly: {1}.", MakeAgain, ExitCode.Integrity);

    /// <summary>The table's resource is missing.</summary>
    public static readonly DiagnosticDescriptor NoTable = new(
        "HPB3402", "Managed patch image without a table", "The patch image {0} has no table: {1}.", MakeAgain, ExitCode.Integrity);

    /// <summary>The table can't be read.</summary>
    public static readonly DiagnosticDescriptor BadTable = new(
        "HPB3403", "Damaged table in a managed patch image", "A managed patch image's table is damaged at byte {0}: {1}.", MakeAgain, ExitCode.Integrity);

    /// <summary>The table was written by a newer version.</summary>
    public static readonly DiagnosticDescriptor UnknownVersion = new(
        "HPB3404", "Managed patch image of another version", "A managed patch image has table version {0}; this program reads version {1}.", "Update HotpatchBuild.Tool.", ExitCode.Integrity);

    /// <summary>The parts of the image contradict each other.</summary>
    public static readonly DiagnosticDescriptor Inconsistent = new(
        "HPB3405", "Inconsistent managed patch image", "The managed patch image {0} contradicts itself: {1}.", MakeAgain, ExitCode.Integrity);

    /// <summary>The image is larger than what is ever read.</summary>
    public static readonly DiagnosticDescriptor TooLarge = new(
        "HPB3407", "Managed patch image too large", "The patch image {0} has {1} bytes; at most {2} are accepted.", "Ship the full build at the next restart.", ExitCode.Refused);
}
