using HotpatchBuild.Hosting;
using Microsoft.Build.Framework;

namespace HotpatchBuild.Tasks;

/// <summary>Records a CoreCLR program as a baseline, or makes a delta against the recorded one.</summary>
public sealed class EmitManagedHotpatch : EmitHotpatch
{
    /// <summary>The assemblies of the projects that it refers to.</summary>
    public ITaskItem[] ProjectAssemblies { get; set; } = [];

    /// <summary>The folder with the program as it is deployed.</summary>
    public string OutputDirectory { get; set; } = "";

    /// <inheritdoc/>
    private protected override BuildRequest Complete(BuildRequest request)
    {
        List<string> assemblies = ProjectAssemblies.Select(item => Path.GetFullPath(item.ItemSpec)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        foreach (string assembly in assemblies)
            LogValue(nameof(ProjectAssemblies), assembly);
        return request with { ProjectAssemblies = assemblies, OutputDirectory = OutputDirectory.Length == 0 ? "" : Path.GetFullPath(OutputDirectory) };
    }
}
