namespace HotpatchBuild.Hosting;

/// <summary>What a build has made and what is wanted of it. Paths are absolute.</summary>
public sealed record BuildRequest
{
    /// <summary>The project file.</summary>
    public required string ProjectFile { get; init; }

    /// <summary>Simple name of the assembly.</summary>
    public required string AssemblyName { get; init; }

    /// <summary>For example <c>net9.0</c>.</summary>
    public required string TargetFramework { get; init; }

    /// <summary>For example <c>linux-x64</c>.</summary>
    public required string RuntimeIdentifier { get; init; }

    /// <summary>For example <c>Release</c>.</summary>
    public required string Configuration { get; init; }

    /// <summary>The compiler's assembly.</summary>
    public required string Assembly { get; init; }

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

    /// <summary>The C# compiler's arguments, one a line.</summary>
    public required string CompilerArguments { get; init; }

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

    /// <summary>Name and version of each framework, sorted; baselines and deltas must agree on them.</summary>
    public required IReadOnlyList<string> Frameworks { get; init; }

    /// <summary>Folders under which all assemblies belong to the framework; what else ILC was given belongs to the program.</summary>
    public required IReadOnlyList<string> FrameworkDirectories { get; init; }

    /// <summary>The layout flags in force, sorted; baselines and deltas must agree on them.</summary>
    public required IReadOnlyList<string> LayoutFlags { get; init; }

    /// <summary>A git revision or a <c>.hotbase</c> file; empty to look one up in the store.</summary>
    public required string Baseline { get; init; }

    /// <summary>True to record a new baseline whatever the store holds.</summary>
    public required bool NewBaseline { get; init; }

    /// <summary>True when a refusal is to be a warning and the build passes without a delta.</summary>
    public required bool WarnOnRefusal { get; init; }

    /// <summary>The folder that keeps baselines; empty for <c>.hotpatch</c> at the git root.</summary>
    public required string Store { get; init; }

    /// <summary>Why the fix is made; may be empty.</summary>
    public required string AdvisoryText { get; init; }

    /// <summary>CVE numbers, links, ticket numbers.</summary>
    public required IReadOnlyList<string> AdvisoryIdentifiers { get; init; }

    /// <summary>A PKCS #12 or PEM file that signs the delta; empty for an unsigned one.</summary>
    public required string SigningCertificate { get; init; }

    /// <summary>Where the delta goes.</summary>
    public required string Delta { get; init; }

    /// <summary>A folder under <c>obj/</c> that the engine may write in.</summary>
    public required string IntermediateDirectory { get; init; }
}
