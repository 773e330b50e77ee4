namespace HotpatchBuild.Formats.Diagnostics;

/// <summary>How much a diagnostic weighs where nothing else is asked for.</summary>
public enum FailureSeverity
{
    /// <summary>It is said and nothing stops.</summary>
    Warning = 1,

    /// <summary>The build or the command fails with it, and nothing is changed.</summary>
    Error = 2,
}

/// <summary>One kind of refusal or error. Its number never changes and is never used again.</summary>
/// <param name="Id">The number a user searches for: <c>HPB</c> and four digits. 1000–1999 edits that are refused,
/// 2000–2999 building and baselines, 3000–3999 delta files, 4000–4999 processes.</param>
/// <param name="Title">What it is about, in a few words, without placeholders.</param>
/// <param name="Message">A composite format string: what is wrong, naming the element.</param>
/// <param name="WhatToDo">A composite format string over the same arguments: what the user does next.</param>
/// <param name="ExitCode">What a command that fails with it ends with.</param>
public sealed record DiagnosticDescriptor(string Id, string Title, string Message, string WhatToDo, ExitCode ExitCode)
{
    /// <summary>The reason that lies in the runtime, the language or the format: one or two sentences, the same for every element.</summary>
    public required string Why { get; init; }

    /// <summary>How much it weighs. A build can be told to take refusals for warnings.</summary>
    public FailureSeverity Severity { get; init; } = ExitCode == ExitCode.Done ? FailureSeverity.Warning : FailureSeverity.Error;

    /// <summary>The address of a diagnostic's page.</summary>
    /// <param name="help">The folder in which the pages are published.</param>
    /// <param name="id">The diagnostic's number.</param>
    public static string PageOf(Uri help, string id) => $"{help.AbsoluteUri.TrimEnd('/')}/{id}.md";

    /// <summary>Makes the failure for one place.</summary>
    /// <param name="where">The source line, or null.</param>
    /// <param name="arguments">What the placeholders of <see cref="Message"/> and <see cref="WhatToDo"/> stand for.</param>
    public Failure At(SourceLocation? where, params ReadOnlySpan<object?> arguments) => new(
        Id,
        string.Format(System.Globalization.CultureInfo.InvariantCulture, Message, arguments),
        string.Format(System.Globalization.CultureInfo.InvariantCulture, WhatToDo, arguments),
        where,
        ExitCode)
        { Descriptor = this };

    /// <summary>Makes the failure where there is no source line to point at.</summary>
    /// <param name="arguments">What the placeholders of <see cref="Message"/> and <see cref="WhatToDo"/> stand for.</param>
    public Failure With(params ReadOnlySpan<object?> arguments) => At(null, arguments);
}
