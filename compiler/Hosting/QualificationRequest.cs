namespace HotpatchBuild.Hosting;

/// <summary>Which ILC is to be tried, and how the build at hand uses it and the linker. Paths are absolute, those in arguments relative to the project's folder.</summary>
public sealed record QualificationRequest
{
    /// <summary>The project's folder.</summary>
    public required string ProjectDirectory { get; init; }

    /// <summary>Simple name of the program's assembly.</summary>
    public required string AssemblyName { get; init; }

    /// <summary>Version of the ILCompiler package.</summary>
    public required string IlcVersion { get; init; }

    /// <summary>Folder of the ILCompiler package's <c>ilc</c>.</summary>
    public required string IlcToolsDirectory { get; init; }

    /// <summary>ILC's response file.</summary>
    public required string IlcArguments { get; init; }

    /// <summary>The linker's arguments, one a line.</summary>
    public required string LinkerArguments { get; init; }

    /// <summary>The compiler driver that links.</summary>
    public required string Linker { get; init; }

    /// <summary>ILC's object file; the probe's takes its place among the linker's arguments.</summary>
    public required string NativeObject { get; init; }

    /// <summary>The layout flags in force, sorted.</summary>
    public required IReadOnlyList<string> LayoutFlags { get; init; }

    /// <summary>Folder of the probe's two versions.</summary>
    public required string ProbeDirectory { get; init; }

    /// <summary>A folder that the probe is built in.</summary>
    public required string WorkDirectory { get; init; }

    /// <summary>False to go on with an ILC version that has not been tried.</summary>
    public required bool Probe { get; init; }
}
