using System.Buffers.Binary;

namespace HotpatchBuild.Compiler.Native.Objects;

/// <summary>
/// The MethodTable of NativeAOT (src/coreclr/nativeaot/Runtime/inc/MethodTable.h, EETypeNode.cs of ILC). In front of the symbol stands
/// the GCDesc (src/coreclr/gc/gcdesc.h); behind the fixed part the virtual slots and the interfaces, and then a tail of
/// 32-bit pc-relative fields whose presence depends on the type.
/// </summary>
internal static class MethodTableLayout
{
    public const int FlagsOffset = 0;
    public const int BaseSizeOffset = 4;
    public const int RelatedTypeOffset = 8;
    public const int SlotCountOffset = 16;
    public const int InterfaceCountOffset = 18;
    public const int HashOffset = 20;
    public const int SlotsOffset = 24;
    public const int PointerSize = 8;

    /// <summary>What HasPointersFlag (there is a GCDesc) has been: since ILC 9.0, and up to 8.0, where the first one is OptionalFieldsFlag (MethodTable.Constants.cs).</summary>
    private static readonly uint[] KnownHasPointers = [0x0100_0000, 0x0020_0000];

    /// <summary>EETypeKindMask and ParameterizedEEType (MethodTable.h, the same in 8.0 and 9.0): an array or a pointer, whose related type is its element's.</summary>
    public const uint KindMask = 0x0003_0000, ParameterizedKind = 0x0002_0000;

    /// <summary>HasComponentSizeFlag: the lower 16 bits of the flags are the size of an element.</summary>
    public const uint HasComponentSize = 0x8000_0000;

    /// <summary>Which flag of an object file's MethodTables says that there is a GCDesc: the one that all with words in front have and no other; 0 when there is no such flag.</summary>
    /// <param name="tables">Flags of the MethodTables of types that can be instantiated, and whether words stand in front.</param>
    public static uint RecognisePointersFlag(IEnumerable<(uint Flags, bool HasPrefix)> tables)
    {
        (uint Flags, bool HasPrefix)[] all = [.. tables];
        return KnownHasPointers.FirstOrDefault(flag => all.All(table => (table.Flags & flag) != 0 == table.HasPrefix));
    }

    public static int TailOffset(ReadOnlySpan<byte> table) =>
        SlotsOffset + PointerSize * (BinaryPrimitives.ReadUInt16LittleEndian(table[SlotCountOffset..]) + BinaryPrimitives.ReadUInt16LittleEndian(table[InterfaceCountOffset..]));

    /// <summary>Bytes of the GCDesc whose series count stands in the word in front of the symbol. A negative count is that of a repeating series
    /// (CGCDesc::ComputeSizeRepeating). A count that no type can have gives <see cref="uint.MaxValue"/>.</summary>
    public static uint GCDescSize(long seriesCount) => seriesCount switch
    {
        < -MaximumSeries or > MaximumSeries => uint.MaxValue,
        >= 0 => (uint)(PointerSize + 2 * PointerSize * seriesCount),
        _ => (uint)(PointerSize + 2 * PointerSize + PointerSize * (-seriesCount - 1)),
    };

    private const long MaximumSeries = 1 << 24;
}
