namespace HotpatchBuild.Compiler.Revisions;

/// <summary>What is shown of a commit.</summary>
/// <param name="Id">Its full name.</param>
/// <param name="ShortName">The shortest name that is unique in this repository.</param>
/// <param name="Subject">First line of the message.</param>
/// <param name="Author">The author's name.</param>
/// <param name="Committed">When it was committed.</param>
public sealed record CommitSummary(ObjectId Id, string ShortName, string Subject, string Author, DateTimeOffset Committed);
