namespace HotpatchBuild.Contract;

/// <summary>
/// What a build asks of the engine. The engine runs in a load context of its own, with the SDK's Roslyn; this assembly is the
/// only one that both sides share, so it names base class library types only.
/// </summary>
public interface IHotpatchEngine
{
    /// <summary>Writes the ELF object that reserves a process's room for patches.</summary>
    /// <param name="path">Where to write it.</param>
    /// <param name="reserve">How much to reserve.</param>
    BuildReport WriteArenaObject(string path, ArenaReserve reserve);

    /// <summary>Records the build as a baseline, or makes a delta against the recorded one.</summary>
    /// <param name="request">What was built and what is wanted.</param>
    BuildReport EmitHotpatch(BuildRequest request);
}
