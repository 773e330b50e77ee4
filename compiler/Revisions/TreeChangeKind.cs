namespace HotpatchBuild.Compiler.Revisions;

/// <summary>How a path differs between two trees.</summary>
public enum TreeChangeKind
{
    /// <summary>Only the newer tree has it.</summary>
    Added,

    /// <summary>Only the older tree has it.</summary>
    Removed,

    /// <summary>Content, mode or kind differ.</summary>
    Modified,

    /// <summary>It has another path, and perhaps other content too.</summary>
    Renamed,
}
