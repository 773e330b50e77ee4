using System;
using System.IO;
using HotpatchBuild.Protocol;

namespace HotpatchBuild.Agent.Channel;

/// <summary>Removes what agents of processes that were killed have left behind.</summary>
internal static class StaleFolders
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    /// <summary>Removes folders of this user whose socket nobody listens on. Whether a process lives is no question for /proc: the folder may be shared with another pid namespace.</summary>
    /// <param name="temporary">The folder for temporary files.</param>
    public static void Remove(string temporary)
    {
        try
        {
            foreach (var path in Directory.GetDirectories(temporary, AgentPlace.FolderPrefix + "*"))
            {
                if (IsStale(path))
                    Directory.Delete(path, recursive: true);
            }
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            // Somebody else removes it at this moment, or may; it is litter and no more.
        }
    }

    private static bool IsStale(string path)
    {
        try
        {
            using var folder = AgentFolder.Open(path, SystemCalls.EffectiveUser());
            // One without a socket may be one that a tool is filling.
            if (folder is null || !File.Exists(Path.Combine(path, AgentPlace.SocketName)))
                return false;
            using var answer = UnixStream.Connect(folder.SocketPath, Limit);
            return answer is null;
        }
        catch (Exception another) when (another is IOException or TimeoutException)
        {
            return false;
        }
    }
}
