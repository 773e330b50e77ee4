using System.Buffers.Binary;

namespace HotpatchBuild.Compiler.Native.Arena;

/// <summary>One CIE and an FDE for each one-byte dummy function, as an <c>.eh_frame</c> section.</summary>
/// <remarks>
/// Linux Standard Base Core 5.0, section 10.6.1; the frame description is the x86-64 psABI's state at a function's entry
/// (DWARF 4, section 6.4). The linker makes a slot of <c>.eh_frame_hdr</c> for each FDE.
/// </remarks>
internal static class DummyUnwindTable
{
    private const int FdeSize = 20, FdeFunctionOffset = 8, FdeLengthOffset = 12;
    private const byte PcRelativeSigned4 = 0x1b;

    private static ReadOnlySpan<byte> Cie =>
    [
        20, 0, 0, 0,               // length of what follows
        0, 0, 0, 0,                // CIE id
        1,                         // version
        (byte)'z', (byte)'R', 0,   // augmentation: data length, FDE pointer encoding
        1,                         // code alignment factor
        0x78,                      // data alignment factor −8
        16,                        // return address column (RIP)
        1, PcRelativeSigned4,      // augmentation data
        0x0c, 7, 8,                // DW_CFA_def_cfa: RSP + 8
        0x80 | 16, 1,              // DW_CFA_offset: RIP at CFA − 8
        0, 0,                      // DW_CFA_nop
    ];

    // One zero word ends the section of the C run-time's last object (crtend.o), so none is written here.
    public static int SizeFor(int functions) => Cie.Length + (functions * FdeSize);

    /// <summary>Offset of the field that is to hold the distance to a function (R_X86_64_PC32).</summary>
    public static ulong FunctionFieldOf(int function) => (ulong)(Cie.Length + (function * FdeSize) + FdeFunctionOffset);

    public static void Write(Span<byte> table, int functions)
    {
        Cie.CopyTo(table);
        for (int i = 0; i < functions; i++)
        {
            int at = Cie.Length + (i * FdeSize);
            Span<byte> fde = table.Slice(at, FdeSize);
            fde.Clear();                                                                    // augmentation length 0, DW_CFA_nop
            BinaryPrimitives.WriteInt32LittleEndian(fde, FdeSize - sizeof(int));            // length of what follows
            BinaryPrimitives.WriteInt32LittleEndian(fde[sizeof(int)..], at + sizeof(int));  // distance back to the CIE
            BinaryPrimitives.WriteInt32LittleEndian(fde[FdeLengthOffset..], 1);             // the function's bytes
        }
    }
}
