using System.Collections.Immutable;
using HotpatchBuild.Compiler.Baselines;

namespace HotpatchBuild.Compiler.Managed;

/// <summary>One whole build of a program for CoreCLR, or two folders of one: what a baseline keeps, and what a delta is made of.</summary>
internal sealed record ManagedBuild
{
    /// <summary>The assemblies that a delta may change: the program's own first, then those of the projects that it refers to, sorted by name.</summary>
    public required ImmutableArray<ProgramAssembly> Assemblies { get; init; }

    /// <summary>Files that the assemblies' references are found in, by simple name; may be empty, then what needs them is refused.</summary>
    public required ImmutableArray<string> References { get; init; }

    /// <summary>Other assemblies that are deployed with the program, known only from the folder that they lie in (plug-ins, what packages bring for run time).</summary>
    public ImmutableArray<string> Deployed { get; init; } = [];

    /// <summary>True when everything that uses the assemblies is compared with them: a program. False for a library, whose users keep what they have compiled in.</summary>
    public bool IsWhole { get; init; } = true;
}
