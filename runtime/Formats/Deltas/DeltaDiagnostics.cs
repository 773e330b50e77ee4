using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>What can be wrong with a delta file (HPB32xx).</summary>
public static class DeltaDiagnostics
{
    private const string MakeAgain = "Get the delta again from where it was built, or build it again.";

    /// <summary>The file can't be opened or read.</summary>
    public static readonly DiagnosticDescriptor CannotRead = new(
        "HPB3201", "Delta can't be read", "The delta {0} can't be read: {1}.", "Check the path and its permissions.", ExitCode.Usage)
        { Why = "The file could not be opened or read." };

    /// <summary>The file is something else.</summary>
    public static readonly DiagnosticDescriptor NotADelta = new(
        "HPB3202", "Not a delta", "{0} is not a delta: it is no zip container.", "Name a .hotpatch file that a build wrote.", ExitCode.Usage)
        { Why = "A delta is a zip container with a manifest." };

    /// <summary>The file is larger than what is ever read.</summary>
    public static readonly DiagnosticDescriptor TooLarge = new(
        "HPB3203", "Delta too large", "{0} has more than {1} bytes, the most that a delta may have.", "Name a .hotpatch file that a build wrote.", ExitCode.Usage)
        { Why = "A delta is read into memory, so there is a limit to its size; real ones have some kilobytes." };

    /// <summary>The zip container is damaged or hostile.</summary>
    public static readonly DiagnosticDescriptor DamagedContainer = new(
        "HPB3204", "Damaged delta container", "The delta {0} is damaged: {1}.", MakeAgain, ExitCode.Integrity)
        { Why = "The container is read with every offset, size and name checked; what contradicts itself is not used." };

    /// <summary>A file is in the container that does not belong there, or one is missing.</summary>
    public static readonly DiagnosticDescriptor WrongFiles = new(
        "HPB3205", "Wrong files in a delta", "The delta {0} does not hold the files that it must: {1}.", MakeAgain, ExitCode.Integrity)
        { Why = "A delta holds its manifest, the images that the manifest names, and a signature at most. Anything else was put there by someone else." };

    /// <summary>The manifest is no JSON of the expected form.</summary>
    public static readonly DiagnosticDescriptor DamagedManifest = new(
        "HPB3206", "Damaged manifest", "The manifest of the delta {0} can't be read: {1}.", MakeAgain, ExitCode.Integrity)
        { Why = "The manifest is JSON of a fixed form, and everything that is applied depends on it." };

    /// <summary>The manifest was written by a newer version.</summary>
    public static readonly DiagnosticDescriptor UnknownVersion = new(
        "HPB3207", "Delta of another version", "The delta {0} has format version {1}; this program reads version {2}.", "Update HotpatchBuild.Tool.", ExitCode.Integrity)
        { Why = "Fields of another format version mean other things." };

    /// <summary>A value of the manifest can't be.</summary>
    public static readonly DiagnosticDescriptor InvalidManifest = new(
        "HPB3208", "Invalid manifest", "The manifest of the delta {0} is not valid: {1}.", MakeAgain, ExitCode.Integrity)
        { Why = "A value that is missing or impossible could make the delta be applied wrongly." };

    /// <summary>The manifest's id is not that of its content.</summary>
    public static readonly DiagnosticDescriptor IdDiffers = new(
        "HPB3209", "Delta id differs", "The delta {0} names itself {1} but its content has the id {2}.", MakeAgain, ExitCode.Integrity)
        { Why = "The id is a hash of the content. Where they differ, one of them was altered." };

    /// <summary>An image is not the one that the manifest names.</summary>
    public static readonly DiagnosticDescriptor ImageHashDiffers = new(
        "HPB3210", "Patch image altered", "The image {1} in the delta {0} does not have the SHA-256 that the manifest names.", MakeAgain, ExitCode.Integrity)
        { Why = "The manifest names the SHA-256 of every image, and the signature covers the manifest. An image that differs is not what was signed." };

    /// <summary>An image was made against another executable than the manifest says.</summary>
    public static readonly DiagnosticDescriptor BuildIdDiffers = new(
        "HPB3211", "Build-ids of manifest and image differ", "The delta {0} names build-id {2} for {1} but its image was made against {3}.", MakeAgain, ExitCode.Integrity)
        { Why = "The manifest says for which executable the delta is, and the image knows against which it was linked. They must agree." };

    /// <summary>A module was asked for that the delta does not have, or not for this engine.</summary>
    public static readonly DiagnosticDescriptor NoSuchModule = new(
        "HPB3212", "No such module in the delta", "The delta {0} has no native image for the module {1}.", "Run 'hotpatch inspect' to see its modules.", ExitCode.Usage)
        { Why = "A delta holds an image for each module that it changes, of the kind that the module's process needs." };

    /// <summary>The file can't be written.</summary>
    public static readonly DiagnosticDescriptor CannotWrite = new(
        "HPB3213", "Delta can't be written", "The delta {0} can't be written: {1}.", "Check the path, its permissions and the space left.", ExitCode.Usage)
        { Why = "The file could not be created or written in full." };
}
