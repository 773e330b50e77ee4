namespace HotpatchBuild.Hosting;

/// <summary>What a build to native code has made beyond its assembly, and what it was made with. Paths are absolute.</summary>
public sealed record NativeOutputs
{
    /// <summary>ILC's object file.</summary>
    public required string NativeObject { get; init; }

    /// <summary>ILC's map of that object.</summary>
    public required string NativeMap { get; init; }

    /// <summary>The linked executable, as shipped.</summary>
    public required string Executable { get; init; }

    /// <summary>The file with the executable's symbols: its <c>.dbg</c> file, or the executable itself.</summary>
    public required string SymbolFile { get; init; }

    /// <summary>The object that reserves the arena.</summary>
    public required string ArenaObject { get; init; }

    /// <summary>ILC's response file.</summary>
    public required string IlcArguments { get; init; }

    /// <summary>The linker's arguments, one a line.</summary>
    public required string LinkerArguments { get; init; }

    /// <summary>The compiler driver that linked, for example <c>gcc</c>.</summary>
    public required string Linker { get; init; }

    /// <summary>The program that strips symbols, for example <c>objcopy</c>; may be empty where nothing is stripped.</summary>
    public required string ObjCopy { get; init; }

    /// <summary>Version of the ILCompiler package.</summary>
    public required string IlcVersion { get; init; }

    /// <summary>Folder of the ILCompiler package's <c>ilc</c>.</summary>
    public required string IlcToolsDirectory { get; init; }

    /// <summary>The layout flags in force, sorted; baselines and deltas must agree on them.</summary>
    public required IReadOnlyList<string> LayoutFlags { get; init; }
}
