using System.Buffers.Binary;

namespace HotpatchBuild.Runtime.Native.Processes;

/// <summary>Small reads.</summary>
internal static class TargetMemoryExtensions
{
    /// <summary>Reads one little-endian word.</summary>
    /// <param name="memory">The process's memory.</param>
    /// <param name="address">Its address.</param>
    public static ulong ReadWord(this ITargetMemory memory, ulong address)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        memory.Read(address, bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }
}
