namespace HotpatchBuild.Formats.Containers;

/// <summary>What a zip container may have at most.</summary>
/// <param name="Items">Files in it.</param>
/// <param name="ItemSize">Bytes of one file, unpacked.</param>
/// <param name="TotalSize">Bytes of all files together, unpacked.</param>
public sealed record ZipLimits(int Items, int ItemSize, int TotalSize);
