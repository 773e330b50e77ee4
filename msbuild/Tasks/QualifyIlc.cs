using HotpatchBuild.Hosting;
using Microsoft.Build.Framework;

namespace HotpatchBuild.Tasks;

/// <summary>Tries the ILC version by patching a small program, unless it has been tried on this machine.</summary>
public sealed class QualifyIlc : EngineTask
{
    /// <summary>Simple name of the assembly.</summary>
    [Required]
    public string AssemblyName { get; set; } = "";

    /// <summary>Version of the ILCompiler package.</summary>
    [Required]
    public string IlcVersion { get; set; } = "";

    /// <summary>Folder of <c>ilc</c>.</summary>
    [Required]
    public string IlcToolsDirectory { get; set; } = "";

    /// <summary>ILC's response file.</summary>
    [Required]
    public string IlcArguments { get; set; } = "";

    /// <summary>File with the linker's arguments, one a line.</summary>
    [Required]
    public string LinkerArguments { get; set; } = "";

    /// <summary>The compiler driver that links.</summary>
    [Required]
    public string Linker { get; set; } = "";

    /// <summary>ILC's object file.</summary>
    [Required]
    public string NativeObject { get; set; } = "";

    /// <summary>The layout flags in force.</summary>
    public ITaskItem[] LayoutFlags { get; set; } = [];

    /// <summary>Folder of the probe's two versions.</summary>
    [Required]
    public string ProbeDirectory { get; set; } = "";

    /// <summary>A folder under <c>obj/</c> for the probe's files.</summary>
    [Required]
    public string WorkDirectory { get; set; } = "";

    /// <summary>False to go on with an ILC version that has not been tried.</summary>
    public bool Probe { get; set; } = true;

    /// <inheritdoc/>
    private protected override string Prefix => "hotpatch probe: ";

    /// <inheritdoc/>
    private protected override BuildReport Run(CompilerLoadContext context)
    {
        var request = new QualificationRequest
        {
            ProjectDirectory = Path.GetDirectoryName(Path.GetFullPath(ProjectFile))!,
            AssemblyName = AssemblyName,
            IlcVersion = IlcVersion,
            IlcToolsDirectory = Path.GetFullPath(IlcToolsDirectory),
            IlcArguments = Path.GetFullPath(IlcArguments),
            LinkerArguments = Path.GetFullPath(LinkerArguments),
            Linker = Linker,
            NativeObject = Path.GetFullPath(NativeObject),
            LayoutFlags = LayoutFlags.Select(item => item.ItemSpec).Order(StringComparer.Ordinal).ToList(),
            ProbeDirectory = Path.GetFullPath(ProbeDirectory),
            WorkDirectory = Path.GetFullPath(WorkDirectory),
            Probe = Probe,
        };
        LogValue("Request", request);
        return context.Create<IIlcQualifier>(IIlcQualifier.Implementation, IIlcQualifier.Assembly).Qualify(request);
    }
}
