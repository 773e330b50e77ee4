using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace HotpatchBuild.Runtime.Native.Arenas;

/// <summary>
/// Little-endian fields, read or written by the same description: every method takes the value to write, which a reader ignores, and returns
/// the value that now stands in the block.
/// </summary>
internal abstract class StateStream
{
    /// <summary>Longest text in bytes.</summary>
    public const int LongestText = ushort.MaxValue;

    /// <summary>One byte.</summary>
    public abstract byte U8(byte value);

    /// <summary>Four bytes.</summary>
    public abstract uint U32(uint value);

    /// <summary>Eight bytes.</summary>
    public abstract ulong U64(ulong value);

    /// <summary>UTF-8 with a two-byte length in front.</summary>
    public abstract string Text(string value);

    /// <summary>A fixed number of bytes.</summary>
    public abstract ImmutableArray<byte> Bytes(ImmutableArray<byte> value, int count);

    /// <summary>A count and that many items.</summary>
    /// <param name="items">What to write.</param>
    /// <param name="blank">What a reader hands to <paramref name="item"/>.</param>
    /// <param name="item">Describes one item.</param>
    public abstract ImmutableArray<T> Items<T>(ImmutableArray<T> items, T blank, Func<StateStream, T, T> item);

    /// <summary>Eight bytes, signed.</summary>
    public long I64(long value) => unchecked((long)U64((ulong)value));

    /// <summary>Four bytes, signed.</summary>
    public int I32(int value) => unchecked((int)U32((uint)value));

    /// <summary>One byte, 0 or 1.</summary>
    public bool Flag(bool value) => U8(value ? (byte)1 : (byte)0) != 0;
}

/// <summary>Writes to a growing buffer.</summary>
internal sealed class StateWriter : StateStream
{
    private readonly ArrayBufferWriter<byte> _bytes = new(4096);

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    /// <inheritdoc/>
    public override byte U8(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
        return value;
    }

    /// <inheritdoc/>
    public override uint U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
        return value;
    }

    /// <inheritdoc/>
    public override ulong U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
        return value;
    }

    /// <inheritdoc/>
    public override string Text(string value)
    {
        // Names longer than the field are cut at a character: they are for people, never keys.
        var length = value.Length;
        while (Encoding.UTF8.GetByteCount(value.AsSpan(0, length)) > LongestText)
            length = Math.Min(length - 1, LongestText);
        var count = Encoding.UTF8.GetByteCount(value.AsSpan(0, length));
        var span = _bytes.GetSpan(2 + count);
        BinaryPrimitives.WriteUInt16LittleEndian(span, (ushort)count);
        Encoding.UTF8.GetBytes(value.AsSpan(0, length), span[2..]);
        _bytes.Advance(2 + count);
        return value;
    }

    /// <inheritdoc/>
    public override ImmutableArray<byte> Bytes(ImmutableArray<byte> value, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(value.Length, count);
        _bytes.Write(value.AsSpan());
        return value;
    }

    /// <inheritdoc/>
    public override ImmutableArray<T> Items<T>(ImmutableArray<T> items, T blank, Func<StateStream, T, T> item)
    {
        I32(items.Length);
        foreach (var one in items)
            item(this, one);
        return items;
    }
}

/// <summary>Reads bytes that nobody vouches for: a field that does not fit in them is <see cref="StateDamagedException"/>.</summary>
internal sealed class StateReader(ReadOnlyMemory<byte> bytes) : StateStream
{
    private int _at;

    /// <summary>Bytes not read yet.</summary>
    public int Left => bytes.Length - _at;

    /// <inheritdoc/>
    public override byte U8(byte value) => Take(1)[0];

    /// <inheritdoc/>
    public override uint U32(uint value) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <inheritdoc/>
    public override ulong U64(ulong value) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <inheritdoc/>
    public override string Text(string value) => Encoding.UTF8.GetString(Take(BinaryPrimitives.ReadUInt16LittleEndian(Take(2))));

    /// <inheritdoc/>
    public override ImmutableArray<byte> Bytes(ImmutableArray<byte> value, int count) => [.. Take(count)];

    /// <inheritdoc/>
    public override ImmutableArray<T> Items<T>(ImmutableArray<T> items, T blank, Func<StateStream, T, T> item)
    {
        // An item has at least one byte, so a count beyond the bytes left is damage, and what is allocated stays in proportion to the block.
        var count = I32(0);
        if (count < 0 || count > Left)
            throw new StateDamagedException($"a count of {count} at offset {_at}");
        var read = new T[Math.Min(count, 16)];
        for (var i = 0; i < count; i++)
        {
            if (i == read.Length)
            {
                var more = new T[Math.Min(count, 2 * i)];
                Array.Copy(read, more, i);
                read = more;
            }
            read[i] = item(this, blank);
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(read);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Left)
            throw new StateDamagedException($"a field of {count} bytes at offset {_at} with {Left} bytes left");
        var span = bytes.Span.Slice(_at, count);
        _at += count;
        return span;
    }
}

/// <summary>The state block holds what no tool of ours wrote. <see cref="StateBlock"/> turns it into a failure with a number.</summary>
internal sealed class StateDamagedException(string what) : Exception(what);
