namespace HotpatchBuild.Hosting;

/// <summary>
/// What a build asks of the engine. Made by <see cref="CompilerLoadContext.Create"/>.
/// </summary>
public interface IHotpatchEngine
{
    /// <summary>The class of HotpatchBuild.Compiler that implements it.</summary>
    const string Implementation = "HotpatchBuild.Compiler.Pipeline.HotpatchEngine";

    /// <summary>Writes the ELF object that reserves a process's room for patches.</summary>
    /// <param name="path">Where to write it.</param>
    /// <param name="reserve">How much to reserve.</param>
    BuildReport WriteArenaObject(string path, ArenaReserve reserve);

    /// <summary>Records the build as a baseline, or makes a delta against the recorded one.</summary>
    /// <param name="request">What was built and what is wanted.</param>
    /// <param name="cancellation">Ends the work and the programs that it runs.</param>
    BuildReport EmitHotpatch(BuildRequest request, CancellationToken cancellation);
}
