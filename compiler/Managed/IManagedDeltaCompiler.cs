using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Managed;

/// <summary>Makes the patch images that lead from a baseline to a new build of the same program.</summary>
internal interface IManagedDeltaCompiler
{
    /// <summary>Compares the two builds assembly by assembly and makes an image of what is changed or new in each.</summary>
    /// <param name="baseline">The build that runs.</param>
    /// <param name="build">The build that the delta leads to. Assemblies are partners by simple name.</param>
    /// <returns>The images, or the refusals.</returns>
    /// <exception cref="HotpatchException">A failure that is no refusal of an edit.</exception>
    ManagedDeltaResult Compile(ManagedBuild baseline, ManagedBuild build);
}
