using System.Collections.Immutable;

namespace HotpatchBuild.Formats.Deltas;

/// <summary>Which engine applies a module's image.</summary>
public enum PatchEngine
{
    /// <summary>x64 code for a NativeAOT process.</summary>
    Native,

    /// <summary>IL for a CoreCLR process.</summary>
    Managed,
}

/// <summary>A git revision as a delta names it.</summary>
/// <param name="Commit">Full object name of the commit.</param>
/// <param name="Describe">What people call it: a tag, a branch or the short object name.</param>
/// <param name="Modified">True when the working tree had changes beyond the commit.</param>
public sealed record DeltaRevision(string Commit, string Describe, bool Modified);

/// <summary>A function that a delta changes or adds.</summary>
/// <param name="Symbol">Symbol or metadata name.</param>
/// <param name="DisplayName">The name a C# developer knows.</param>
/// <param name="File">Source file in the new revision, relative to the repository root where it lies inside; null for code without a source.</param>
/// <param name="FirstLine">1-based first line; 0 where unknown.</param>
/// <param name="LastLine">1-based last line; 0 where unknown.</param>
/// <param name="Added">True when the baseline does not have it.</param>
public sealed record DeltaFunction(string Symbol, string DisplayName, string? File, int FirstLine, int LastLine, bool Added);

/// <summary>One module's part of a delta.</summary>
/// <param name="Name">Assembly name.</param>
/// <param name="Engine">Which engine applies it.</param>
/// <param name="Mvid">Module version id of the baseline assembly.</param>
/// <param name="BuildId">GNU build-id of the baseline executable in lower-case hex; null for the managed engine.</param>
/// <param name="Image">Path of the patch image inside the delta, always <c>images/NAME.dll</c>.</param>
/// <param name="ImageSha256">SHA-256 of the patch image in lower-case hex.</param>
/// <param name="Functions">What is changed and added.</param>
public sealed record DeltaModule(
    string Name, PatchEngine Engine, Guid Mvid, string? BuildId, string Image, string ImageSha256, ImmutableArray<DeltaFunction> Functions);

/// <summary>Why a delta was made, in its author's words.</summary>
/// <param name="Text">Free text; may be empty.</param>
/// <param name="Identifiers">CVE numbers, links, ticket numbers.</param>
public sealed record DeltaAdvisory(string Text, ImmutableArray<string> Identifiers);

/// <summary>What stands in a delta's <c>manifest.json</c>.</summary>
public sealed record DeltaManifest
{
    /// <summary>The only format version that this code reads and writes.</summary>
    public const int CurrentFormatVersion = 2;

    /// <summary>Format version.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Identity of the delta: equal content has an equal id (32 lower-case hex digits).</summary>
    public required string Id { get; init; }

    /// <summary>Name of the program.</summary>
    public required string Program { get; init; }

    /// <summary>The revision that the delta starts from.</summary>
    public required DeltaRevision Baseline { get; init; }

    /// <summary>The revision that the delta leads to.</summary>
    public required DeltaRevision Target { get; init; }

    /// <summary>When it was made (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Tool name and version that made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>The author's words.</summary>
    public required DeltaAdvisory Advisory { get; init; }

    /// <summary>What happens with calls that are under way at the switch.</summary>
    public DeltaActiveCode ActiveCode { get; init; } = DeltaActiveCode.Default;

    /// <summary>The modules that it changes.</summary>
    public required ImmutableArray<DeltaModule> Modules { get; init; }
}
