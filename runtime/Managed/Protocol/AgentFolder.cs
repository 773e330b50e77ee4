using System;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

namespace HotpatchBuild.Protocol;

/// <summary>The open folder of an agent. It was looked at through the descriptor that it is used through, so nobody can put another one in its place in between.</summary>
internal sealed class AgentFolder : IDisposable
{
    private const uint TypeBits = 0xF000, FolderType = 0x4000, ModeBits = 0xFFF, OwnerOnly = 0x1C0; // S_IFMT, S_IFDIR, 07777, 0700

    private readonly int _descriptor;

    private AgentFolder(int descriptor) => _descriptor = descriptor;

    /// <summary>A path to the folder that is short and holds while this object does.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_descriptor}");

    /// <summary>A path to the agent's socket that is short and holds while this object does.</summary>
    public string SocketPath => $"{Path}/{AgentPlace.SocketName}";

    /// <summary>True when no file in it can be executed or mapped as code (mount option noexec).</summary>
    public bool ForbidsExecution => SystemCalls.ForbidsExecution(_descriptor);

    /// <summary>Opens the folder, where it is one that only its owner can get into.</summary>
    /// <param name="path">Its path; the last part must be no link.</param>
    /// <param name="owner">Who must own it.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="IOException">It is not as it must be.</exception>
    public static AgentFolder? Open(string path, uint owner)
    {
        var descriptor = SystemCalls.Open(path, SystemCalls.Folder);
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError() == SystemCalls.ENOENT ? null : throw UnixStream.Failed("open");
        var folder = new AgentFolder(descriptor);
        if (!SystemCalls.Describe(descriptor, out var mode, out var user) || (mode & TypeBits) != FolderType)
            throw Refused(folder, "it is no folder");
        if (user != owner)
            throw Refused(folder, $"it belongs to user {user}, not {owner}");
        return (mode & ModeBits) == OwnerOnly ? folder : throw Refused(folder, "others can get into it");
    }

    /// <summary>Makes the folder, for the user that this process runs as.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>Null when there is something of that name.</returns>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static AgentFolder? Create(string path)
    {
        if (SystemCalls.MakeFolder(path, OwnerOnly) == 0)
            return Open(path, SystemCalls.EffectiveUser()) ?? throw new IOException("it was removed at once");
        return Marshal.GetLastPInvokeError() == SystemCalls.EEXIST ? null : throw UnixStream.Failed("mkdir");
    }

    /// <summary>Gives the folder to another user.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public void GiveTo(uint owner)
    {
        if (SystemCalls.ChangeOwner(_descriptor, "", owner, uint.MaxValue, SystemCalls.EmptyPath) != 0)
            throw UnixStream.Failed("fchownat");
    }

    /// <inheritdoc/>
    public void Dispose() => _ = SystemCalls.Close(_descriptor);

    private static IOException Refused(AgentFolder folder, string why)
    {
        folder.Dispose();
        return new IOException(why);
    }
}
