using System.Collections.Immutable;

namespace HotpatchBuild.Formats.Containers;

/// <summary>One file of a zip container.</summary>
/// <param name="Path">Its path, with forward slashes.</param>
/// <param name="Content">Its bytes.</param>
public sealed record ZipItem(string Path, ImmutableArray<byte> Content);
