using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Compilations;

/// <summary>A warning of the compiler.</summary>
/// <param name="Id">For example <c>CS0168</c>.</param>
/// <param name="Text">What it says.</param>
/// <param name="Where">The source line, where there is one.</param>
public sealed record CompilerMessage(string Id, string Text, SourceLocation? Where);
