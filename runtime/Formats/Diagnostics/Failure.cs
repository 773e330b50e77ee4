namespace HotpatchBuild.Formats.Diagnostics;

/// <summary>A place in a source file of the new revision.</summary>
/// <param name="File">Path as the compiler was given it.</param>
/// <param name="Line">1-based line.</param>
/// <param name="Column">1-based column.</param>
/// <param name="EndLine">1-based last line.</param>
/// <param name="EndColumn">1-based column behind the last character.</param>
public sealed record SourceLocation(string File, int Line, int Column = 1, int EndLine = 0, int EndColumn = 0)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}({Line},{Column})";
}

/// <summary>One refusal or error as data: its number, what is wrong, where, and what to do.</summary>
/// <param name="Id">The diagnostic's number, for example <c>HPB4003</c>.</param>
/// <param name="What">One sentence that names the element.</param>
/// <param name="WhatToDo">One sentence with the user's next step.</param>
/// <param name="Where">The source line, where there is one.</param>
/// <param name="ExitCode">What a command that fails with it ends with.</param>
public sealed record Failure(string Id, string What, string WhatToDo, SourceLocation? Where, ExitCode ExitCode)
{
    /// <summary>What is the same for every failure of this kind; null where it was put together from a report.</summary>
    public DiagnosticDescriptor? Descriptor { get; init; }

    /// <summary>One line, as users see it.</summary>
    public override string ToString() => Where is null ? $"{Id}: {What} {WhatToDo}" : $"{Where}: {Id}: {What} {WhatToDo}";
}

/// <summary>Carries a <see cref="Failure"/> to the place that reports it: a command's main or a build task.</summary>
public sealed class HotpatchException(Failure failure, Exception? inner = null) : Exception(failure.ToString(), inner)
{
    /// <summary>What went wrong.</summary>
    public Failure Failure { get; } = failure;
}
