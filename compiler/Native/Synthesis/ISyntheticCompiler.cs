using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Compiler.Native.Synthesis;

/// <summary>Runs ILC on a synthetic program, with the arguments that the new build was compiled with.</summary>
internal interface ISyntheticCompiler
{
    /// <summary>Compiles. Nothing is linked.</summary>
    /// <param name="program">The assemblies that take the place of the build's own, and those beside them.</param>
    /// <exception cref="HotpatchException">ILC cannot be run, or fails.</exception>
    CompiledObject Compile(SyntheticProgram program);
}
