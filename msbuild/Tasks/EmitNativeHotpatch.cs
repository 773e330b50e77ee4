using HotpatchBuild.Hosting;
using Microsoft.Build.Framework;

namespace HotpatchBuild.Tasks;

/// <summary>Records a NativeAOT program as a baseline, or makes a delta against the recorded one.</summary>
public sealed class EmitNativeHotpatch : EmitHotpatch
{
    /// <summary>ILC's object file.</summary>
    [Required]
    public string NativeObject { get; set; } = "";

    /// <summary>ILC's map of that object.</summary>
    [Required]
    public string NativeMap { get; set; } = "";

    /// <summary>The linked executable, as shipped.</summary>
    [Required]
    public string Executable { get; set; } = "";

    /// <summary>The file with the executable's symbols.</summary>
    [Required]
    public string SymbolFile { get; set; } = "";

    /// <summary>The object that reserves the arena.</summary>
    [Required]
    public string ArenaObject { get; set; } = "";

    /// <summary>ILC's response file.</summary>
    [Required]
    public string IlcArguments { get; set; } = "";

    /// <summary>File with the linker's arguments, one a line.</summary>
    [Required]
    public string LinkerArguments { get; set; } = "";

    /// <summary>The compiler driver that linked.</summary>
    [Required]
    public string Linker { get; set; } = "";

    /// <summary>The program that strips symbols; may be empty where nothing is stripped.</summary>
    public string ObjCopy { get; set; } = "";

    /// <summary>Version of the ILCompiler package.</summary>
    [Required]
    public string IlcVersion { get; set; } = "";

    /// <summary>Folder of <c>ilc</c>.</summary>
    [Required]
    public string IlcToolsDirectory { get; set; } = "";

    /// <summary>The layout flags in force.</summary>
    public ITaskItem[] LayoutFlags { get; set; } = [];

    /// <inheritdoc/>
    private protected override BuildRequest Complete(BuildRequest request)
    {
        var outputs = new NativeOutputs
        {
            NativeObject = Path.GetFullPath(NativeObject),
            NativeMap = Path.GetFullPath(NativeMap),
            Executable = Path.GetFullPath(Executable),
            SymbolFile = Path.GetFullPath(SymbolFile),
            ArenaObject = Path.GetFullPath(ArenaObject),
            IlcArguments = Path.GetFullPath(IlcArguments),
            LinkerArguments = Path.GetFullPath(LinkerArguments),
            Linker = Linker,
            ObjCopy = ObjCopy,
            IlcVersion = IlcVersion,
            IlcToolsDirectory = Path.GetFullPath(IlcToolsDirectory),
            LayoutFlags = LayoutFlags.Select(item => item.ItemSpec).Order(StringComparer.Ordinal).ToList(),
        };
        foreach (string flag in outputs.LayoutFlags)
            LogValue(nameof(LayoutFlags), flag);
        return request with { Native = outputs };
    }
}
