using System.Buffers.Binary;

namespace HotpatchBuild.Compiler.Native.Linking;

/// <summary>
/// Rewrites a general-dynamic access to a thread-local variable into a local-exec one, as the linker does for an executable
/// ("ELF Handling For Thread-Local Storage", section 5.5, x86-64: GD → LE).
/// </summary>
internal static class ThreadLocalAccess
{
    /// <summary>Bytes of the sequence.</summary>
    public const int Length = 16;

    /// <summary>Bytes from the sequence's start to the field of the R_X86_64_TLSGD relocation.</summary>
    public const int FieldOffset = 4;

    // data16 lea x@tlsgd(%rip), %rdi; then a call of __tls_get_addr with padding prefixes, in the two orders that assemblers write.
    private static ReadOnlySpan<byte> Lea => [0x66, 0x48, 0x8d, 0x3d];
    private static ReadOnlySpan<byte> CallPrefixes1 => [0x66, 0x66, 0x48, 0xe8];
    private static ReadOnlySpan<byte> CallPrefixes2 => [0x66, 0x48, 0x66, 0xe8];

    // mov %fs:0, %rax; lea x@tpoff(%rax), %rax
    private static ReadOnlySpan<byte> LocalExec => [0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0, 0x48, 0x8d, 0x80];

    /// <summary>Rewrites the sequence around a relocated field.</summary>
    /// <returns>False when the bytes are no such sequence.</returns>
    public static bool TryRewrite(Span<byte> code, int field, int threadPointerOffset)
    {
        int start = field - FieldOffset;
        if (start < 0 || start + Length > code.Length)
            return false;
        Span<byte> sequence = code.Slice(start, Length);
        if (!sequence.StartsWith(Lea) || !(sequence[8..].StartsWith(CallPrefixes1) || sequence[8..].StartsWith(CallPrefixes2)))
            return false;
        LocalExec.CopyTo(sequence);
        BinaryPrimitives.WriteInt32LittleEndian(sequence[12..], threadPointerOffset);
        return true;
    }
}
