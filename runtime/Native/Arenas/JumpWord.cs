using System.Buffers.Binary;

namespace HotpatchBuild.Runtime.Native.Arenas;

/// <summary>The one instruction that redirects control: <c>jmp rel32</c> in the low five bytes of an aligned 8-byte word.</summary>
internal static class JumpWord
{
    /// <summary>Bytes of the instruction.</summary>
    public const int Length = 5;

    /// <summary>Three breakpoints behind the jump, as in a fresh entry.</summary>
    public const ulong Padding = 0xCCCCCC00_00000000;

    private const byte Opcode = 0xE9;
    private const ulong Kept = 0xFFFFFF00_00000000;

    /// <summary>True when a jump at <paramref name="address"/> reaches <paramref name="target"/>.</summary>
    /// <param name="address">Where the jump stands.</param>
    /// <param name="target">Where it leads.</param>
    public static bool Reaches(ulong address, ulong target)
    {
        var distance = unchecked((long)(target - address - Length));
        return distance is >= int.MinValue and <= int.MaxValue;
    }

    /// <summary>The word with the jump in it; the upper three bytes stay as they are in <paramref name="old"/>.</summary>
    /// <param name="address">Where the jump stands.</param>
    /// <param name="target">Where it leads; must be in reach.</param>
    /// <param name="old">The word that it replaces.</param>
    public static ulong At(ulong address, ulong target, ulong old) =>
        (old & Kept) | (ulong)unchecked((uint)(target - address - Length)) << 8 | Opcode;

    /// <summary>Where the word leads, or null when it does not start with a jump.</summary>
    /// <param name="address">Where the word stands.</param>
    /// <param name="word">The word.</param>
    public static ulong? Target(ulong address, ulong word) =>
        (byte)word == Opcode ? unchecked(address + Length + (ulong)(int)(uint)(word >> 8)) : null;

    /// <summary>The 16 bytes of a hot-patchable entry.</summary>
    /// <param name="entry">Receives them.</param>
    /// <param name="address">Where the entry will stand.</param>
    /// <param name="target">Where it leads; must be in reach.</param>
    public static void WriteEntry(Span<byte> entry, ulong address, ulong target)
    {
        entry.Fill(0xCC);
        BinaryPrimitives.WriteUInt64LittleEndian(entry, At(address, target, Padding));
    }
}
