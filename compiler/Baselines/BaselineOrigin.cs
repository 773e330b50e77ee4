using System.Collections.Immutable;
using HotpatchBuild.Compiler.Revisions;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>What a baseline was made of.</summary>
internal sealed record BaselineOrigin
{
    /// <summary>The commit.</summary>
    public required ObjectId Commit { get; init; }

    /// <summary>True when the sources were not exactly the commit's.</summary>
    public bool Modified { get; init; }

    /// <summary>How it was rebuilt; null where it is the record of a build.</summary>
    public BaselineRebuild? Rebuilt { get; init; }

    /// <summary>The source files in the compiler's order.</summary>
    public required ImmutableArray<BaselineSource> Sources { get; init; }

    /// <summary>The compiler's references in its order.</summary>
    public required ImmutableArray<BaselineReference> References { get; init; }
}
