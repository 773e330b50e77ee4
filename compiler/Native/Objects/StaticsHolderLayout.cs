using System.Buffers.Binary;

namespace HotpatchBuild.Compiler.Native.Objects;

/// <summary>
/// The MethodTable of the object that holds the static fields with references of one type (GCStaticEETypeNode.cs of ILC): a GCDesc
/// (src/coreclr/gc/gcdesc.h), flags, the object's size, a related type. The fields follow the object's own MethodTable pointer.
/// </summary>
internal static class StaticsHolderLayout
{
    // A GCDesc of one series: its bytes less the object's size, its offset, the number of series.
    private const int OneSeriesSize = 24, SeriesSizeOffset = 0, SeriesStartOffset = 8, SeriesCountOffset = 16;

    // The object header and the MethodTable pointer.
    private const int Overhead = 2 * MethodTableLayout.PointerSize;

    /// <summary>How many fields the object has, when each word of it is a reference; otherwise null (a struct with a reference and something else in it).</summary>
    /// <param name="table">The MethodTable's bytes, from its GCDesc on.</param>
    /// <param name="prefix">Bytes of the GCDesc.</param>
    public static uint? ReferenceWords(ReadOnlySpan<byte> table, uint prefix)
    {
        if (prefix != OneSeriesSize || table.Length < OneSeriesSize + MethodTableLayout.BaseSizeOffset + sizeof(uint))
            return null;
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(table[(OneSeriesSize + MethodTableLayout.BaseSizeOffset)..]);
        long covered = BinaryPrimitives.ReadInt64LittleEndian(table[SeriesSizeOffset..]) + size;
        return BinaryPrimitives.ReadInt64LittleEndian(table[SeriesCountOffset..]) == 1 && BinaryPrimitives.ReadInt64LittleEndian(table[SeriesStartOffset..]) == MethodTableLayout.PointerSize
            && size > Overhead && size % MethodTableLayout.PointerSize == 0 && covered == size - Overhead
            ? (size - Overhead) / MethodTableLayout.PointerSize
            : null;
    }
}
