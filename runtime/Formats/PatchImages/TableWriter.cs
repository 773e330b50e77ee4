using System.Collections.Immutable;
using System.Reflection.Metadata;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.PatchImages;

/// <summary>Writes a table whose rules have been checked.</summary>
internal sealed class TableWriter : ITableTransfer
{
    private readonly BlobBuilder _table = new();

    /// <summary>What has been written.</summary>
    public byte[] ToArray() => _table.ToArray();

    /// <inheritdoc/>
    public byte Byte(byte value)
    {
        _table.WriteByte(value);
        return value;
    }

    /// <inheritdoc/>
    public ulong Number(ulong value)
    {
        ulong rest = value;
        for (; rest >= 0x80; rest >>= 7)
            _table.WriteByte((byte)(rest | 0x80));
        _table.WriteByte((byte)rest);
        return value;
    }

    /// <inheritdoc/>
    public ImmutableArray<byte> Bytes(ImmutableArray<byte> value, int size)
    {
        _table.WriteBytes(value);
        return value;
    }

    /// <inheritdoc/>
    public ImmutableArray<T> List<T>(ImmutableArray<T> rows, T blank, int minimumRowSize, TableRow<T> row)
    {
        Number((ulong)rows.Length);
        T before = blank;
        foreach (T next in rows)
            before = row(this, before, next);
        return rows;
    }

    /// <inheritdoc/>
    public ImmutableArray<byte> SizedBytes(ImmutableArray<byte> value, int maximumSize)
    {
        Number((ulong)value.Length);
        return Bytes(value, value.Length);
    }

    /// <inheritdoc/>
    public string Text(string value, int maximumSize)
    {
        SizedBytes([.. Texts.StrictUtf8.GetBytes(value)], maximumSize);
        return value;
    }

    /// <inheritdoc/>
    public HotpatchException Damaged(string what) => new(ImageDiagnostics.BadTable.With(_table.Count, what));
}
