using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Edits;

/// <summary>A value that callers have compiled into their own code and that changed: a constant, or the default value of a parameter.</summary>
/// <param name="Constant">True for a constant.</param>
/// <param name="Type">Full metadata name of the type that declares the constant or method.</param>
/// <param name="Member">Metadata name of the constant or method.</param>
/// <param name="Parameters">Number of the method's parameters; 0 for a constant.</param>
/// <param name="Name">The name that a developer knows.</param>
/// <param name="Detail">The old value and the new one.</param>
/// <param name="Where">Its source line in the new revision.</param>
internal sealed record FoldedValue(bool Constant, string Type, string Member, int Parameters, string Name, string Detail, SourceLocation? Where);
