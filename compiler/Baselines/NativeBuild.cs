using System.Collections.Immutable;

namespace HotpatchBuild.Compiler.Baselines;

/// <summary>A build to native code: the assemblies, and what ILC and the linker made of them.</summary>
internal sealed record NativeBuild : ProgramBuild
{
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

    /// <summary>ILC's arguments, one line of its response file each.</summary>
    public required ImmutableArray<string> IlcArguments { get; init; }

    /// <summary>The linker's arguments.</summary>
    public required ImmutableArray<string> LinkerArguments { get; init; }

    /// <summary>The compiler driver that linked.</summary>
    public required string Linker { get; init; }

    /// <summary>Version of the ILCompiler package.</summary>
    public required string IlcVersion { get; init; }

    /// <summary>The layout flags, sorted.</summary>
    public required ImmutableArray<string> LayoutFlags { get; init; }

    /// <summary>The build-id.</summary>
    public override string Identity => Convert.ToHexStringLower(BuildId.AsSpan());
}
