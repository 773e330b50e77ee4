using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Formats.Deltas;

namespace HotpatchBuild.Compiler.Pipeline.Engines;

/// <summary>What only one engine can say of a build.</summary>
/// <param name="Engine">The engine.</param>
/// <param name="Native">The native part of the record; null for CoreCLR.</param>
/// <param name="Summary">What the user is told of a new baseline.</param>
internal sealed record ProgramFacts(PatchEngine Engine, BaselineNative? Native, string Summary);
