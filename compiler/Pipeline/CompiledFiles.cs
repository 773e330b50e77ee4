using System.Collections.Immutable;
using HotpatchBuild.Compiler.Compilations;
using Microsoft.CodeAnalysis.CSharp;

namespace HotpatchBuild.Compiler.Pipeline;

/// <summary>Which files went into an assembly, in the compiler's order.</summary>
/// <param name="Sources">Source files, absolute.</param>
/// <param name="References">Referenced assemblies, absolute.</param>
/// <param name="Analyzers">Assemblies with source generators among them, absolute.</param>
internal sealed record CompiledFiles(ImmutableArray<string> Sources, ImmutableArray<string> References, ImmutableArray<string> Analyzers)
{
    /// <summary>Takes them out of recorded arguments.</summary>
    /// <param name="arguments">The arguments, one each.</param>
    /// <param name="projectDirectory">What relative paths are relative to.</param>
    public static CompiledFiles Of(ImmutableArray<string> arguments, string projectDirectory)
    {
        CSharpCommandLineArguments parsed = ParsedArguments.Parse(new CompilerArguments(arguments, projectDirectory));
        return new CompiledFiles(
            [.. parsed.SourceFiles.Select(file => file.Path)],
            [.. parsed.MetadataReferences.Select(reference => Path.GetFullPath(reference.Reference, projectDirectory))],
            [.. parsed.AnalyzerReferences.Select(reference => Path.GetFullPath(reference.FilePath, projectDirectory))]);
    }
}
