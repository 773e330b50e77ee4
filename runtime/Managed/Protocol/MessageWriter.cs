using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace HotpatchBuild.Protocol;

/// <summary>Writes a message.</summary>
internal sealed class MessageWriter : IMessageTransfer
{
    private byte[] _bytes = new byte[256];
    private int _length;

    /// <summary>Writes one record.</summary>
    public static ReadOnlyMemory<byte> Write<T>(T value, MessageMembers<T> members)
    {
        var writer = new MessageWriter();
        members(writer, value);
        return writer._bytes.AsMemory(0, writer._length);
    }

    /// <inheritdoc/>
    public int Number(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Room(sizeof(int)), value);
        return value;
    }

    /// <inheritdoc/>
    public bool Flag(bool value)
    {
        Room(1)[0] = value ? (byte)1 : (byte)0;
        return value;
    }

    /// <inheritdoc/>
    public double Fraction(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(Room(sizeof(double)), value);
        return value;
    }

    /// <inheritdoc/>
    public DateTime Time(DateTime value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), value.Ticks);
        return value;
    }

    /// <inheritdoc/>
    public Guid Guid(Guid value)
    {
        value.TryWriteBytes(Room(16));
        return value;
    }

    /// <inheritdoc/>
    public string Text(string value)
    {
        var size = Encoding.UTF8.GetByteCount(value);
        Number(size);
        Encoding.UTF8.GetBytes(value, Room(size));
        return value;
    }

    /// <inheritdoc/>
    public byte[] Bytes(byte[] value)
    {
        Number(value.Length);
        value.CopyTo(Room(value.Length));
        return value;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Texts(IReadOnlyList<string> values)
    {
        Number(values.Count);
        foreach (var value in values)
            Text(value);
        return values;
    }

    /// <inheritdoc/>
    public string? OptionalText(string? value)
    {
        if (Flag(value is not null))
            Text(value!);
        return value;
    }

    /// <inheritdoc/>
    public T? Optional<T>(T? value, T blank, MessageMembers<T> members)
        where T : class
    {
        if (Flag(value is not null))
            members(this, value!);
        return value;
    }

    /// <inheritdoc/>
    public IReadOnlyList<T> List<T>(IReadOnlyList<T> values, T blank, MessageMembers<T> members)
        where T : class
    {
        Number(values.Count);
        foreach (var value in values)
            members(this, value);
        return values;
    }

    private Span<byte> Room(int size)
    {
        var end = checked(_length + size);
        if (end > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(end, 2L * _bytes.Length)));
        var room = _bytes.AsSpan(_length, size);
        _length = end;
        return room;
    }
}
