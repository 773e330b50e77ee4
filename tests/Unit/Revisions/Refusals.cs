using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Tests.Unit.Revisions;

internal static class Refusals
{
    /// <summary>Runs what must fail with this diagnostic, and checks that it is one line that says what to do.</summary>
    internal static Failure Expect(DiagnosticDescriptor expected, Action action)
    {
        Failure failure = Assert.Throws<HotpatchException>(action).Failure;
        Assert.Equal(expected.Id, failure.Id);
        Assert.Equal(expected.ExitCode, failure.ExitCode);
        Assert.DoesNotContain('\n', failure.ToString());
        Assert.NotEmpty(failure.WhatToDo);
        return failure;
    }
}
