using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace HotpatchBuild.Runtime.Managed.Processes;

/// <summary>Which builds of assemblies a process has loaded, as far as that can be seen from outside: the runtime maps their files.</summary>
public static class LoadedBuilds
{
    /// <summary>MVID of the program's own assembly.</summary>
    /// <param name="process">The process.</param>
    /// <returns>Null where it cannot be seen.</returns>
    public static Guid? OfProgram(ManagedProcess process) => Of(process, process.Name);

    /// <summary>MVID of an assembly.</summary>
    /// <param name="process">The process.</param>
    /// <param name="assembly">Its simple name, which is taken to be the file's.</param>
    /// <returns>Null where it is not loaded or cannot be seen.</returns>
    public static Guid? Of(ManagedProcess process, string assembly)
    {
        foreach (var path in process.Mapped().Paths)
        {
            if (path.EndsWith(".dll", StringComparison.Ordinal) && Path.GetFileNameWithoutExtension(path.AsSpan()).SequenceEqual(assembly))
                return Read(process.Reach(path));
        }
        return null;
    }

    private static Guid? Read(string path)
    {
        try
        {
            using var file = new PEReader(File.OpenRead(path));
            if (!file.HasMetadata)
                return null;
            var metadata = file.GetMetadataReader();
            return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException or BadImageFormatException or InvalidOperationException)
        {
            return null;
        }
    }
}
