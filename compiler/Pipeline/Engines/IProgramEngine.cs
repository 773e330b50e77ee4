using HotpatchBuild.Compiler.Baselines;
using HotpatchBuild.Compiler.Pipeline.Rebuilding;

namespace HotpatchBuild.Compiler.Pipeline.Engines;

/// <summary>What a build for one engine does in its own way; <see cref="HotpatchBuildSession"/> does all else.</summary>
internal interface IProgramEngine
{
    /// <summary>The files whose change makes a new build.</summary>
    IEnumerable<string> InputFiles { get; }

    /// <summary>Reads what the build has made.</summary>
    IEngineBuild Collect();
}

/// <summary>A build that was read, with what its engine can do with it.</summary>
internal interface IEngineBuild
{
    /// <summary>The build.</summary>
    ProgramBuild Build { get; }

    /// <summary>What a baseline's record says beyond what it says for every engine.</summary>
    ProgramFacts Facts();

    /// <summary>Refuses a baseline that the build cannot be compared with, beyond what is checked for every engine.</summary>
    /// <param name="name">What to call the baseline.</param>
    /// <param name="baseline">The baseline.</param>
    void RequireComparable(string name, BaselineRecord baseline);

    /// <summary>Makes the patch images that lead from a baseline to this build.</summary>
    /// <param name="baseline">The baseline; it was found to be comparable.</param>
    /// <param name="cancellation">Ends what is run for it.</param>
    ProgramDelta Compare(BaselineRecord baseline, CancellationToken cancellation);

    /// <summary>Assemblies that took part in the build beside what its compiler was given, absolute.</summary>
    IEnumerable<string> OtherAssemblyFiles { get; }

    /// <summary>Other files that later steps than the compiler were given, absolute; words that are no files do no harm.</summary>
    IEnumerable<string> OtherInputFiles { get; }

    /// <summary>Goes on with the rebuild of another revision behind the compiler, by this build's command lines.</summary>
    /// <param name="files">Where the rebuilt assembly is and where its outputs go.</param>
    /// <param name="tools">Runs programs.</param>
    /// <param name="cancellation">Ends them.</param>
    IEngineBuild CompleteRebuild(RebuiltFiles files, ToolProcess tools, CancellationToken cancellation);
}
