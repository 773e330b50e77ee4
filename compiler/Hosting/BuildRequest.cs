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

    /// <summary>The C# compiler's arguments, one a line.</summary>
    public required string CompilerArguments { get; init; }

    /// <summary>Name and version of each framework, sorted.</summary>
    public required IReadOnlyList<string> Frameworks { get; init; }

    /// <summary>Folders under which all assemblies belong to the framework.</summary>
    public required IReadOnlyList<string> FrameworkDirectories { get; init; }

    /// <summary>The assemblies of the projects that it refers to, as they are deployed. Empty for a native build: ILC's arguments name them.</summary>
    public required IReadOnlyList<string> ProjectAssemblies { get; init; }

    /// <summary>The folder with the program as it is deployed; empty where it is not known.</summary>
    public string OutputDirectory { get; init; } = "";

    /// <summary>What the native compiler and the linker made; null for a CoreCLR program.</summary>
    public required NativeOutputs? Native { get; init; }

    /// <summary>A git revision or a <c>.hotbase</c> file; empty to look one up in the store.</summary>
    public required string Baseline { get; init; }

    /// <summary>True to record a new baseline whatever the store holds.</summary>
    public required bool NewBaseline { get; init; }

    /// <summary>True when a refusal is to be a warning and the build passes without a delta.</summary>
    public required bool WarnOnRefusal { get; init; }

    /// <summary>True to answer only whether the change can be hot-patched: nothing is kept, neither a delta nor a baseline.</summary>
    public bool Check { get; init; }

    /// <summary>Where refusals and warnings are written as SARIF 2.1.0; empty for nowhere.</summary>
    public string Sarif { get; init; } = "";

    /// <summary>The absolute URI under which the diagnostics' pages are published; empty where they are not.</summary>
    public string HelpUri { get; init; } = "";

    /// <summary>The folder that keeps baselines; empty for <c>.hotpatch</c> at the git root.</summary>
    public required string Store { get; init; }

    /// <summary>Why the fix is made; may be empty.</summary>
    public required string AdvisoryText { get; init; }

    /// <summary>CVE numbers, links, ticket numbers.</summary>
    public required IReadOnlyList<string> AdvisoryIdentifiers { get; init; }

    /// <summary>finish, wait or refuse: what happens with calls that are under way at the switch; empty for finish.</summary>
    public string ActiveCode { get; init; } = "";

    /// <summary>Seconds to wait for their end, 0 to 3600; empty for the default.</summary>
    public string ActiveCodeTimeout { get; init; } = "";

    /// <summary>A PKCS #12 or PEM file that signs the delta; empty for an unsigned one.</summary>
    public required string SigningCertificate { get; init; }

    /// <summary>Where the delta goes.</summary>
    public required string Delta { get; init; }

    /// <summary>A folder under <c>obj/</c> that the engine may write in.</summary>
    public required string IntermediateDirectory { get; init; }
}
