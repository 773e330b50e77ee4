using System.Collections.Immutable;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>
/// One whole build of a program: what a baseline keeps, and what a delta is made of. The baseline's and the new build's have the same shape, so
/// that comparing them is comparing two values of one type.
/// </summary>
internal abstract record ProgramBuild
{
    /// <summary>The program's own assembly.</summary>
    public required ProgramAssembly Assembly { get; init; }

    /// <summary>The other assemblies of the program that are neither the framework's nor, for CoreCLR, a package's; sorted by name.</summary>
    public required ImmutableArray<ProgramAssembly> OtherAssemblies { get; init; }

    /// <summary>The C# compiler's arguments.</summary>
    public required ImmutableArray<string> CompilerArguments { get; init; }

    /// <summary>Name and version of each framework, sorted.</summary>
    public required ImmutableArray<string> Frameworks { get; init; }

    /// <summary>What a running process can be recognised by, in lower-case hex.</summary>
    public abstract string Identity { get; }
}
