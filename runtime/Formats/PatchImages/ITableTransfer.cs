using System.Collections.Immutable;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.PatchImages;

/// <summary>Passes one row of a list: the transfer, the row before (the blank one for the first), the row.</summary>
internal delegate T TableRow<T>(ITableTransfer transfer, T before, T row);

/// <summary>One direction of <see cref="HotpatchTableLayout"/>. Every method returns the value that the table holds.</summary>
internal interface ITableTransfer
{
    /// <summary>One byte.</summary>
    byte Byte(byte value);

    /// <summary>An unsigned number.</summary>
    ulong Number(ulong value);

    /// <summary>As many bytes as both sides know.</summary>
    ImmutableArray<byte> Bytes(ImmutableArray<byte> value, int size);

    /// <summary>A list of rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="blank">The row before the first one, and what the reader passes in as row.</param>
    /// <param name="minimumRowSize">Bytes below which no row can be; bounds what a hostile count can allocate.</param>
    /// <param name="row">Passes one row.</param>
    ImmutableArray<T> List<T>(ImmutableArray<T> rows, T blank, int minimumRowSize, TableRow<T> row);

    /// <summary>Bytes that carry their length.</summary>
    ImmutableArray<byte> SizedBytes(ImmutableArray<byte> value, int maximumSize);

    /// <summary>A text as UTF-8 that carries its length.</summary>
    string Text(string value, int maximumSize);

    /// <summary>The exception for a table that can't be understood at the present place.</summary>
    HotpatchException Damaged(string what);

    /// <summary>An unsigned number of 32 bits.</summary>
    uint Number32(uint value)
    {
        ulong passed = Number(value);
        return passed <= uint.MaxValue ? (uint)passed : throw Damaged("a number is too large");
    }

    /// <summary>A signed number of 32 bits.</summary>
    int Signed32(int value)
    {
        uint passed = Number32((uint)((value << 1) ^ (value >> 31)));
        return (int)(passed >> 1) ^ -(int)(passed & 1);
    }

    /// <summary>A number that is not less than the one before it.</summary>
    ulong Distance(ulong before, ulong value)
    {
        ulong passed = Number(unchecked(value - before));
        return passed <= ulong.MaxValue - before ? before + passed : throw Damaged("an offset is too large");
    }

    /// <summary>A number of 32 bits that is not less than the one before it.</summary>
    uint Distance32(uint before, uint value)
    {
        uint passed = Number32(unchecked(value - before));
        return passed <= uint.MaxValue - before ? before + passed : throw Damaged("an offset is too large");
    }
}
