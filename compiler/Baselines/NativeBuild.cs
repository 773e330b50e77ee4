using System.Collections.Immutable;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>
/// One whole build of a program to native code: what a baseline keeps, and what a delta is made of. The baseline's and the new build's have
/// the same shape, so that comparing them is comparing two values of this type.
/// </summary>
internal sealed record NativeBuild
{
    /// <summary>The program's own assembly.</summary>
    public required ProgramAssembly Assembly { get; init; }

    /// <summary>The other assemblies that went into the executable and are not the framework's, sorted by name.</summary>
    public required ImmutableArray<ProgramAssembly> OtherAssemblies { get; init; }

    /// <summary>ILC's object file. In a baseline the contents of its debug sections are zero.</summary>
    public required ReadOnlyMemory<byte> Object { get; init; }

    /// <summary>ILC's map of the object (XML).</summary>
    public required ReadOnlyMemory<byte> Map { get; init; }

    /// <summary>The linked executable as shipped.</summary>
    public required ReadOnlyMemory<byte> Executable { get; init; }

    /// <summary>The executable's symbols, sorted by address.</summary>
    public required SymbolListing Symbols { get; init; }

    /// <summary>GNU build-id of the executable.</summary>
    public required ImmutableArray<byte> BuildId { get; init; }

    /// <summary>The C# compiler's arguments.</summary>
    public required ImmutableArray<string> CompilerArguments { get; init; }

    /// <summary>ILC's arguments, one line of its response file each.</summary>
    public required ImmutableArray<string> IlcArguments { get; init; }

    /// <summary>The linker's arguments.</summary>
    public required ImmutableArray<string> LinkerArguments { get; init; }

    /// <summary>The compiler driver that linked.</summary>
    public required string Linker { get; init; }

    /// <summary>Version of the ILCompiler package.</summary>
    public required string IlcVersion { get; init; }

    /// <summary>Name and version of each framework, sorted.</summary>
    public required ImmutableArray<string> Frameworks { get; init; }

    /// <summary>The layout flags, sorted.</summary>
    public required ImmutableArray<string> LayoutFlags { get; init; }
}
