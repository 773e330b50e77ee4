namespace HotpatchBuild.Formats.Diagnostics.Sarif;

/// <summary>One failure with the weight that it was reported with.</summary>
/// <param name="Failure">What was reported.</param>
/// <param name="Severity">How it was reported: a build can be told to take refusals for warnings.</param>
public sealed record SarifFinding(Failure Failure, FailureSeverity Severity);

/// <summary>One comparison's findings, to be written for a code-scanning service.</summary>
public sealed record SarifRun
{
    /// <summary>The tool's version, for example <c>0.1.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>What tells this run's results from those of other programs in one repository, for example <c>hotpatch/App/net10.0/</c> (SARIF 3.17.3: the part
    /// behind the last slash would number runs).</summary>
    public required string Category { get; init; }

    /// <summary>The root of the sources, absolute; null where there are none: then paths below <c>/_/</c> are relative, and others are given in full.</summary>
    public string? SourceRoot { get; init; }

    /// <summary>The file that stands for findings without a source line, absolute; null to write them without a location.</summary>
    public string? DefaultFile { get; init; }

    /// <summary>The folder with a page for each diagnostic (<c>HPBnnnn.md</c>); null where none is published.</summary>
    public Uri? Help { get; init; }

    /// <summary>What was found; may be empty.</summary>
    public required IReadOnlyList<SarifFinding> Findings { get; init; }
}
