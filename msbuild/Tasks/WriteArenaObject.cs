using HotpatchBuild.Hosting;
using Microsoft.Build.Framework;

namespace HotpatchBuild.Tasks;

/// <summary>Writes the object that reserves room for patches in the executable.</summary>
public sealed class WriteArenaObject : EngineTask
{
    /// <summary>Where to write it.</summary>
    [Required]
    public string OutputFile { get; set; } = "";

    /// <summary>Bytes for function bodies.</summary>
    [Required]
    public long CodeBytes { get; set; }

    /// <summary>Functions that can be patched in over the life of a process.</summary>
    [Required]
    public int Functions { get; set; }

    /// <summary>Bytes for data.</summary>
    [Required]
    public long DataBytes { get; set; }

    /// <inheritdoc/>
    private protected override BuildReport Run(CompilerLoadContext context)
    {
        LogValue(nameof(OutputFile), OutputFile);
        LogValue(nameof(CodeBytes), CodeBytes);
        LogValue(nameof(Functions), Functions);
        LogValue(nameof(DataBytes), DataBytes);
        return context.Create<IHotpatchEngine>(IHotpatchEngine.Implementation).WriteArenaObject(OutputFile, new ArenaReserve(CodeBytes, Functions, DataBytes));
    }
}
