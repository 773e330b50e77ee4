namespace HotpatchBuild.Hosting;

/// <summary>How much room a baseline keeps for later patches.</summary>
/// <param name="CodeBytes">Bytes for function bodies, inside the managed code range.</param>
/// <param name="Functions">Functions that can be patched in or added over the life of a process.</param>
/// <param name="DataBytes">Bytes for data; they take no room in the file.</param>
public sealed record ArenaReserve(long CodeBytes, int Functions, long DataBytes);
