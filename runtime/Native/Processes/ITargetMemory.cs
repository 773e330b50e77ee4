namespace HotpatchBuild.Runtime.Native.Processes;

/// <summary>The memory of a process, by absolute virtual address.</summary>
public interface ITargetMemory
{
    /// <summary>Reads exactly <paramref name="buffer"/>'s length.</summary>
    /// <param name="address">Virtual address of the first byte.</param>
    /// <param name="buffer">Receives the bytes.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">The range is not mapped, or the process is gone.</exception>
    void Read(ulong address, Span<byte> buffer);

    /// <summary>Writes bytes, whatever the page's protection; not atomic.</summary>
    /// <param name="address">Virtual address of the first byte.</param>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">The range is not mapped, or the process is gone.</exception>
    void Write(ulong address, ReadOnlySpan<byte> bytes);

    /// <summary>Stores one aligned 8-byte word so that every thread sees the old or the new one, never a mixture.</summary>
    /// <param name="address">Virtual address; a multiple of 8.</param>
    /// <param name="word">The new word, little-endian.</param>
    /// <exception cref="Formats.Diagnostics.HotpatchException">The range is not mapped, or the process is gone.</exception>
    void Store(ulong address, ulong word);
}
