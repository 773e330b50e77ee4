using HotpatchBuild.Contract;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>Makes build messages out of failures.</summary>
internal static class Messages
{
    /// <summary>One failure as a line of the build log.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="kind">Error or warning.</param>
    public static BuildMessage From(Failure failure, BuildMessageKind kind) => new(
        kind, $"{failure.What} {failure.WhatToDo}", failure.Id, failure.Where?.File,
        failure.Where?.Line ?? 0, failure.Where?.Column ?? 0, failure.Where?.EndLine ?? 0, failure.Where?.EndColumn ?? 0);
}
