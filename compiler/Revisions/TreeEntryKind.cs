namespace HotpatchBuild.Compiler.Revisions;

/// <summary>What a path in a git tree is.</summary>
public enum TreeEntryKind
{
    /// <summary>An ordinary file.</summary>
    File,

    /// <summary>A file with the executable bit.</summary>
    Executable,

    /// <summary>A symbolic link; its blob holds the link's target.</summary>
    SymbolicLink,

    /// <summary>A submodule; the object is a commit of the other repository.</summary>
    Submodule,
}
