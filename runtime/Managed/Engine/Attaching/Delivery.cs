using System.Globalization;
using HotpatchBuild.Formats.Diagnostics;
using HotpatchBuild.Protocol;
using HotpatchBuild.Runtime.Managed.Processes;

namespace HotpatchBuild.Runtime.Managed.Attaching;

/// <summary>
/// Puts the tool's files where the process can load them from: into the agent's folder. Not from where the tool lies, because the process may not see that or
/// not be allowed to, and because a file that an update of the tool overwrites would change under the process's feet.
/// </summary>
/// <param name="process">The process.</param>
/// <param name="files">The tool's files.</param>
internal sealed class Delivery(ManagedProcess process, AgentFiles files)
{
    private const uint Readable = 0x1ED; // 0755: the folder keeps everybody out whom it is not for

    /// <summary>Copies files.</summary>
    /// <param name="names">Which; none of them is one that the process has loaded.</param>
    /// <returns>The folder, as the process sees it.</returns>
    /// <exception cref="HotpatchException">They cannot be copied.</exception>
    public string Deliver(IEnumerable<string> names)
    {
        var path = process.Reach(process.AgentFolder);
        try
        {
            using var made = AgentFolder.Create(path);
            using var found = made is null ? AgentFolder.Open(path, process.UserId) : null;
            var folder = made ?? found ?? throw new IOException("it was removed at once");
            foreach (var name in names)
                Copy(files.PathOf(name), $"{folder.Path}/{name}");
            // Only now: until then nobody else can get in between.
            if (process.UserId != SystemCalls.EffectiveUser())
                made?.GiveTo(process.UserId);
            return process.AgentFolder;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            process.EnsureSame();
            throw new HotpatchException(ManagedDiagnostics.FolderUnusable.With(process.Label, process.AgentFolder, failed.Message.TrimEnd('.')), failed);
        }
    }

    /// <summary>Where the profiler can be loaded from: the folder, or the tool's own where files in the folder cannot be executed.</summary>
    /// <param name="folder">The folder, as the process sees it.</param>
    /// <exception cref="HotpatchException">From nowhere.</exception>
    public string ProfilerPath(string folder)
    {
        using var open = AgentFolder.Open(process.Reach(folder), process.UserId);
        if (open is null || !open.ForbidsExecution)
            return $"{folder}/{AgentFiles.Profiler}";
        return process.SharesFiles() && process.UserId == SystemCalls.EffectiveUser()
            ? files.PathOf(AgentFiles.Profiler)
            : throw new HotpatchException(ManagedDiagnostics.NoExecution.With(process.Label, process.TemporaryFolder));
    }

    private static void Copy(string from, string to)
    {
        // A new file under the old name: one that is mapped keeps its content.
        var unfinished = string.Create(CultureInfo.InvariantCulture, $"{to}.{Environment.ProcessId}");
        File.Delete(unfinished);
        using (var target = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write))
        using (var source = File.OpenRead(from))
        {
            source.CopyTo(target);
            if (SystemCalls.ChangeMode((int)target.SafeFileHandle.DangerousGetHandle(), Readable) != 0)
                throw UnixStream.Failed("fchmod");
        }
        File.Move(unfinished, to, overwrite: true);
    }
}
