using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using HotpatchBuild.Formats.Diagnostics;

namespace HotpatchBuild.Formats.PatchImages;

/// <summary>Reads a table of which nothing is known yet.</summary>
/// <param name="table">Its bytes.</param>
/// <param name="damaged">What a damaged one is called; its arguments are the byte and the words. Null for that of a native image.</param>
internal sealed class TableReader(ReadOnlyMemory<byte> table, DiagnosticDescriptor? damaged = null) : ITableTransfer
{
    private int _position;

    private int Left => table.Length - _position;

    /// <summary>Throws where bytes are left.</summary>
    public void End()
    {
        if (Left != 0)
            throw Damaged("bytes follow its end");
    }

    /// <inheritdoc/>
    public byte Byte(byte value) => Take(1)[0];

    /// <inheritdoc/>
    public ulong Number(ulong value)
    {
        ulong number = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = Take(1)[0];
            if ((shift == 63 && next > 1) || (shift > 0 && next == 0))
                throw Damaged("a number is too large or not in its shortest form");
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return number;
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<byte> Bytes(ImmutableArray<byte> value, int size) => [.. Take(size)];

    /// <inheritdoc/>
    public ImmutableArray<T> List<T>(ImmutableArray<T> rows, T blank, int minimumRowSize, TableRow<T> row)
    {
        ulong count = Number(0);
        if (count > (ulong)(Left / minimumRowSize))
            throw Damaged("a list has more rows than bytes are left for");
        T[] read = new T[(int)count];
        T before = blank;
        for (int i = 0; i < read.Length; i++)
            read[i] = before = row(this, before, blank);
        return ImmutableCollectionsMarshal.AsImmutableArray(read);
    }

    /// <inheritdoc/>
    public ImmutableArray<byte> SizedBytes(ImmutableArray<byte> value, int maximumSize) => [.. TakeSized(maximumSize)];

    /// <inheritdoc/>
    public string Text(string value, int maximumSize)
    {
        ReadOnlySpan<byte> bytes = TakeSized(maximumSize);
        try
        {
            return Texts.StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Damaged("a name is not UTF-8");
        }
    }

    /// <inheritdoc/>
    public HotpatchException Damaged(string what) => new((damaged ?? ImageDiagnostics.BadTable).With(_position, what));

    private ReadOnlySpan<byte> TakeSized(int maximumSize)
    {
        ulong size = Number(0);
        return size <= (ulong)maximumSize ? Take((int)size) : throw Damaged("a name or a block of bytes is too long");
    }

    private ReadOnlySpan<byte> Take(int size)
    {
        if (size > Left)
            throw Damaged("it ends too early");
        _position += size;
        return table.Span.Slice(_position - size, size);
    }
}
