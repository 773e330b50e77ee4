using System.Collections.Immutable;

namespace HotpatchBuild.Tests.Edits.Format;

/// <summary>What can be done with a process.</summary>
public enum StepKind
{
    /// <summary>Show is called many times, and what it prints is thrown away.</summary>
    Warm,

    /// <summary>Show is called once.</summary>
    Show,

    /// <summary>On is called with a text.</summary>
    Send,

    /// <summary>The delta is applied.</summary>
    Apply,

    /// <summary>The delta is rolled back.</summary>
    Rollback,
}

/// <summary>One step.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Text">The text that is sent; else empty.</param>
public sealed record ScriptStep(StepKind Kind, string Text = "");

/// <summary>What is done with a process, cut where the delta comes first and where it goes first.</summary>
/// <param name="Before">Steps up to the apply.</param>
/// <param name="After">Steps between the apply and the rollback.</param>
/// <param name="RolledBack">Steps behind the rollback; the delta may come and go again among them.</param>
/// <param name="IsDefault">True when Show prints the same however often it is called, so that more may be done on the way.</param>
public sealed record Script(ImmutableArray<ScriptStep> Before, ImmutableArray<ScriptStep> After, ImmutableArray<ScriptStep> RolledBack, bool IsDefault)
{
    private static readonly ScriptStep s_warm = new(StepKind.Warm), s_show = new(StepKind.Show);

    /// <summary>Where an edit says nothing.</summary>
    public static readonly Script Default = new([s_warm, s_show], [s_show], [s_show], true);
}
