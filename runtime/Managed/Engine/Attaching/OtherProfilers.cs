using HotpatchBuild.Runtime.Managed.Processes;

namespace HotpatchBuild.Runtime.Managed.Attaching;

/// <summary>Finds out which profiler is in a process where ours is refused.</summary>
/// <param name="process">The process.</param>
internal sealed class OtherProfilers(ManagedProcess process)
{
    private const int LargestLibrary = 256 << 20;

    /// <summary>What a profiler is created through.</summary>
    private static ReadOnlySpan<byte> EntryPoint => "DllGetClassObject\0"u8;

    /// <summary>The profiler's file, or what is known of it.</summary>
    public string Name() => Find() ?? "its file could not be found out";

    /// <summary>The same; null where nothing is known of one.</summary>
    public string? Find()
    {
        var mapped = process.Mapped();
        var runtime = Path.GetDirectoryName(mapped.Runtime) ?? "";
        // Libraries of the runtime itself have such an entry point too.
        var suspects = mapped.Paths.Where(path => path.EndsWith(".so", StringComparison.Ordinal) && Path.GetDirectoryName(path) != runtime && path != mapped.Profiler);
        return suspects.FirstOrDefault(HasEntryPoint)
            ?? process.Variable("CORECLR_PROFILER_PATH_64") ?? process.Variable("CORECLR_PROFILER_PATH")
            ?? (process.Variable("CORECLR_PROFILER") is { } id ? $"class {id}" : null);
    }

    private bool HasEntryPoint(string path)
    {
        try
        {
            var file = new FileInfo(process.Reach(path));
            return file.Length < LargestLibrary && File.ReadAllBytes(file.FullName).AsSpan().IndexOf(EntryPoint) >= 0;
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
