namespace HotpatchBuild.Formats.Diagnostics;

/// <summary>One kind of refusal or error. Its number never changes and is never used again.</summary>
/// <param name="Id">The number a user searches for: <c>HPB</c> and four digits. 1000–1999 edits that are refused,
/// 2000–2999 building and baselines, 3000–3999 delta files, 4000–4999 processes.</param>
/// <param name="Title">What it is about, in a few words, without placeholders.</param>
/// <param name="Message">A composite format string: what is wrong, naming the element.</param>
/// <param name="WhatToDo">A composite format string over the same arguments: what the user does next.</param>
/// <param name="ExitCode">What a command that fails with it ends with.</param>
public sealed record DiagnosticDescriptor(string Id, string Title, string Message, string WhatToDo, ExitCode ExitCode)
{
    /// <summary>Makes the failure for one place.</summary>
    /// <param name="where">The source line, or null.</param>
    /// <param name="arguments">What the placeholders of <see cref="Message"/> and <see cref="WhatToDo"/> stand for.</param>
    public Failure At(SourceLocation? where, params ReadOnlySpan<object?> arguments) => new(
        Id,
        string.Format(System.Globalization.CultureInfo.InvariantCulture, Message, arguments),
        string.Format(System.Globalization.CultureInfo.InvariantCulture, WhatToDo, arguments),
        where,
        ExitCode);

    /// <summary>Makes the failure where there is no source line to point at.</summary>
    /// <param name="arguments">What the placeholders of <see cref="Message"/> and <see cref="WhatToDo"/> stand for.</param>
    public Failure With(params ReadOnlySpan<object?> arguments) => At(null, arguments);
}
