namespace HotpatchBuild.Compiler.Revisions;

/// <summary>Whether one commit comes before another.</summary>
public enum Ancestry
{
    /// <summary>It is the same commit or an ancestor.</summary>
    Ancestor,

    /// <summary>It is neither.</summary>
    NotAncestor,

    /// <summary>The clone is shallow and its history ends before an answer.</summary>
    UnknownInShallowClone,
}
