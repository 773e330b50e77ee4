namespace HotpatchBuild.Compiler.Revisions;

/// <summary>One path of a tree.</summary>
/// <param name="Path">Relative to the repository's top-level folder, with <c>/</c>; bytes that are no UTF-8 as <see cref="GitPathText"/> says.</param>
/// <param name="Kind">File, link or submodule.</param>
/// <param name="Id">The blob, or a submodule's commit; <see cref="ObjectId.IsNone"/> for a file of the working tree that git has not stored.</param>
public sealed record TreeEntry(string Path, TreeEntryKind Kind, ObjectId Id);
