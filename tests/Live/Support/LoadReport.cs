namespace HotpatchBuild.Tests.Live.Support;

/// <summary>The first answer that no revision in force could have given, or the first request that failed.</summary>
/// <param name="Allowed">The revisions that were allowed at any moment of the request.</param>
internal sealed record LoadViolation(string Case, long Request, DateTimeOffset At, IReadOnlyList<string> Allowed, string Expected, string Got)
{
    public override string ToString() =>
        $"'{Case}', request {Request} at {At:O}, allowed {string.Join(" or ", Allowed)}: expected {Expected}, got {Got}";
}

/// <summary>What the load saw.</summary>
/// <param name="ByCase">Requests with an allowed answer, by name of the case.</param>
/// <param name="ByRevision">
/// Answers that told revisions apart, by the revision they belong to; an answer that several of the allowed revisions give is not counted here.
/// </param>
internal sealed record LoadReport(
    long Requests, long Violations, LoadViolation? FirstViolation, IReadOnlyDictionary<string, long> ByCase, IReadOnlyDictionary<string, long> ByRevision, TimeSpan Elapsed)
{
    public void AssertClean()
    {
        Assert.True(Requests > 0, "The load driver got no answer at all.");
        Assert.True(Violations == 0, $"{Violations} of {Requests} answers were wrong. First: {FirstViolation}");
    }
}
