using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Hosting;

/// <summary>How much a message matters.</summary>
public enum BuildMessageKind
{
    /// <summary>Shown in detailed logs.</summary>
    Detail,

    /// <summary>The build's result in one line; always shown.</summary>
    Outcome,

    /// <summary>The build passes.</summary>
    Warning,

    /// <summary>The build fails.</summary>
    Error,
}

/// <summary>One line for the user.</summary>
/// <param name="Kind">How much it matters.</param>
/// <param name="Text">The line.</param>
/// <param name="Code">Diagnostic number, or null.</param>
/// <param name="File">Source file, or null.</param>
/// <param name="Line">1-based line, or 0.</param>
/// <param name="Column">1-based column, or 0.</param>
/// <param name="EndLine">1-based last line, or 0.</param>
/// <param name="EndColumn">1-based column behind the last character, or 0.</param>
public sealed record BuildMessage(
    BuildMessageKind Kind, string Text, string? Code = null, string? File = null, int Line = 0, int Column = 0, int EndLine = 0, int EndColumn = 0)
{
    /// <summary>The failure that the line tells of; null where it tells of none.</summary>
    public Failure? Failure { get; init; }

    /// <summary>A failure as a line of the build log.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="kind">Error or warning.</param>
    public static BuildMessage From(Failure failure, BuildMessageKind kind) => new(
        kind, $"{failure.What} {failure.WhatToDo}", failure.Id, failure.Where?.File,
        failure.Where?.Line ?? 0, failure.Where?.Column ?? 0, failure.Where?.EndLine ?? 0, failure.Where?.EndColumn ?? 0)
        { Failure = failure };
}
