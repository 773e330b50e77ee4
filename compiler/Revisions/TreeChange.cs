namespace HotpatchBuild.Compiler.Revisions;

/// <summary>One difference between two trees.</summary>
/// <param name="Kind">What happened to it.</param>
/// <param name="Older">The path in the older tree; null when added.</param>
/// <param name="Newer">The path in the newer tree; null when removed.</param>
public sealed record TreeChange(TreeChangeKind Kind, TreeEntry? Older, TreeEntry? Newer)
{
    /// <summary>The path to show: the newer one where there is one.</summary>
    public string Path => (Newer ?? Older)!.Path;
}
