using System.Collections.Immutable;
using System.Text.Json.Serialization;
using HotpatchBuild.Formats.Deltas;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>What stands in a baseline's <c>manifest.json</c>. Equal builds of equal revisions have equal manifests: no clock, no machine.</summary>
internal sealed record BaselineManifest
{
    /// <summary>The only format version that this code reads and writes.</summary>
    public const int CurrentFormatVersion = 2;

    /// <summary>Format version.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Tool name and version.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>The engine that deltas against it are for.</summary>
    public required PatchEngine Engine { get; init; }

    /// <summary>What was built.</summary>
    public required BaselineKey Key { get; init; }

    /// <summary>Full object name of the commit.</summary>
    public required string Commit { get; init; }

    /// <summary>True when the sources were not exactly the commit's.</summary>
    public required bool Modified { get; init; }

    /// <summary>How the baseline was rebuilt from git objects; null, and not written, for the record of a build.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BaselineRebuild? Rebuilt { get; init; }

    /// <summary>Name and version of each framework, sorted.</summary>
    public required ImmutableArray<string> Frameworks { get; init; }

    /// <summary>The source files in the compiler's order.</summary>
    public required ImmutableArray<BaselineSource> Sources { get; init; }

    /// <summary>The compiler's references in its order.</summary>
    public required ImmutableArray<BaselineReference> References { get; init; }

    /// <summary>The program's assembly, then the others that are not the framework's, sorted by name.</summary>
    public required ImmutableArray<BaselineAssembly> Assemblies { get; init; }

    /// <summary>What only a build to native code has; null, and not written, for CoreCLR.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BaselineNative? Native { get; init; }

    /// <summary>Everything else in the zip.</summary>
    public required ImmutableArray<BaselinePart> Parts { get; init; }
}

/// <summary>The native part of a baseline.</summary>
/// <param name="BuildId">GNU build-id of the executable, lower-case hex.</param>
/// <param name="IlcVersion">Version of the ILCompiler package.</param>
/// <param name="LayoutFlags">The layout flags, sorted.</param>
/// <param name="Linker">The compiler driver that linked.</param>
/// <param name="Audit">What the audit of the function entries found.</param>
internal sealed record BaselineNative(string BuildId, string IlcVersion, ImmutableArray<string> LayoutFlags, string Linker, BaselineAudit Audit);

/// <summary>What the audit of the function entries found.</summary>
/// <param name="Functions">Managed functions in the executable.</param>
/// <param name="Patchable">Those that can be redirected.</param>
/// <param name="WholeBodyIdle">Those among them that must not be running while they are redirected.</param>
/// <param name="Unpatchable">The others.</param>
internal sealed record BaselineAudit(int Functions, int Patchable, int WholeBodyIdle, ImmutableArray<UnpatchableFunction> Unpatchable);

/// <summary>A function that cannot be redirected.</summary>
/// <param name="Symbol">Symbol name.</param>
/// <param name="Reason">Why not.</param>
internal sealed record UnpatchableFunction(string Symbol, string Reason);

/// <summary>A baseline that was rebuilt from git objects with the command lines of a later build.</summary>
/// <param name="ChangedBuildFiles">Build files that differed between the revision and that later build: what they changed is not in the baseline.</param>
/// <param name="GuessedSources">Sources that are gone or stand elsewhere since: at which place the compiler saw them is a guess, and an assembly depends on it.</param>
/// <param name="StampedLibraries">Referenced projects' assemblies that name the commit of that later build; the program's identity depends on theirs.</param>
internal sealed record BaselineRebuild(ImmutableArray<string> ChangedBuildFiles, ImmutableArray<string> GuessedSources, ImmutableArray<string> StampedLibraries);

/// <summary>One source file.</summary>
/// <param name="Path">Relative to the git root where it lies inside, else as the compiler was given it.</param>
/// <param name="Sha256">SHA-256 of its bytes, lower-case hex.</param>
internal sealed record BaselineSource(string Path, string Sha256);

/// <summary>One referenced assembly.</summary>
/// <param name="Name">File name.</param>
/// <param name="Mvid">Module version id.</param>
internal sealed record BaselineReference(string Name, Guid Mvid);

/// <summary>One assembly in the zip.</summary>
/// <param name="Name">Simple name.</param>
/// <param name="Mvid">Module version id.</param>
/// <param name="Image">Path of the assembly in the zip.</param>
/// <param name="Pdb">Path of its PDB in the zip, or null.</param>
internal sealed record BaselineAssembly(string Name, Guid Mvid, string Image, string? Pdb);

/// <summary>One file in the zip.</summary>
/// <param name="Path">Path in the zip.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">SHA-256 of its bytes, lower-case hex.</param>
internal sealed record BaselinePart(string Path, long Size, string Sha256);
